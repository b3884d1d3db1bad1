package org.quantsweep.quantize;

import java.io.Serializable;
import org.quantsweep.tensor.Shape;

/**
 * Where the elements of each channel lie in row-major order: runs of consecutive elements. The
 * channels of one group lie side by side, and the groups follow each other.
 *
 * @param groups 1, or the groups of a deconvolution
 * @param count the number of channels, all groups together
 * @param runs how many runs each channel has
 * @param runLength elements of a run
 */
record Channels(int groups, int count, int runs, int runLength) implements Serializable {
  /** All elements as one channel. */
  static Channels whole(Shape shape) {
    return new Channels(1, 1, 1, Math.toIntExact(shape.elementCount()));
  }

  /**
   * The slices along an axis, in each of as many equal parts of the outermost axis.
   *
   * @param groups 1 for plain slices; for a deconvolution {@code [C_in, C_out / groups, H, W]} its
   *     groups, which gives C_out channels
   */
  static Channels along(Shape shape, int axis, int groups) {
    int runs = 1;
    for (int outer = 0; outer < axis; outer++) {
      runs *= shape.length(outer);
    }
    int runLength = 1;
    for (int inner = axis + 1; inner < shape.rank(); inner++) {
      runLength *= shape.length(inner);
    }
    if (runs % groups != 0) {
      throw new IllegalArgumentException(
          "shape " + shape + " cannot be cut into " + groups + " groups before axis " + axis + ".");
    }
    return new Channels(groups, groups * shape.length(axis), runs / groups, runLength);
  }

  /** The position of the first element of a run. */
  int start(int channel, int run) {
    int inGroup = count / groups;
    return ((channel / inGroup * runs + run) * inGroup + channel % inGroup) * runLength;
  }
}
