package org.quantsweep.report.picture;

import java.util.Optional;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;

/**
 * Numbers for each pixel of a plane, {@code [channels, height, width]}.
 *
 * @param values as many, row-major
 */
public record DenseArray(int channels, int height, int width, Tensor values) {
  /** A plane has at least so many rows and columns. */
  private static final int LEAST_SIDE = 8;

  private static final int MOST_CHANNELS = 256;

  /** An array that can be seen so: its last two axes are the plane, longer ones are of length 1. */
  public static Optional<DenseArray> of(Tensor values) {
    Shape shape = values.shape();
    int rank = shape.rank();
    if (rank < 2) {
      return Optional.empty();
    }
    for (int axis = 0; axis < rank - 3; axis++) {
      if (shape.length(axis) != 1) {
        return Optional.empty();
      }
    }
    int channels = rank < 3 ? 1 : shape.length(rank - 3);
    int height = shape.length(rank - 2);
    int width = shape.length(rank - 1);
    return height < LEAST_SIDE || width < LEAST_SIDE || channels < 1 || channels > MOST_CHANNELS
        ? Optional.empty()
        : Optional.of(new DenseArray(channels, height, width, values));
  }

  /** The number of pixels. */
  int pixels() {
    return height * width;
  }

  float at(int channel, int pixel) {
    return values.get(channel * pixels() + pixel);
  }

  /** Whether both have the same lengths. */
  public boolean fits(DenseArray other) {
    return channels == other.channels && height == other.height && width == other.width;
  }
}
