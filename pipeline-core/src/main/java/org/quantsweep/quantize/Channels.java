package org.quantsweep.quantize;

import org.quantsweep.tensor.Shape;

/**
 * Where the elements of each channel lie in row-major order: runs of consecutive elements.
 *
 * @param count the number of channels
 * @param runs how many runs each channel has
 * @param runLength elements of a run
 */
record Channels(int count, int runs, int runLength) {
  /** All elements as one channel. */
  static Channels whole(Shape shape) {
    return new Channels(1, 1, Math.toIntExact(shape.elementCount()));
  }

  /** The slices along an axis. */
  static Channels along(Shape shape, int axis) {
    int runs = 1;
    for (int outer = 0; outer < axis; outer++) {
      runs *= shape.length(outer);
    }
    int runLength = 1;
    for (int inner = axis + 1; inner < shape.rank(); inner++) {
      runLength *= shape.length(inner);
    }
    return new Channels(shape.length(axis), runs, runLength);
  }

  /** The position of the first element of a run. */
  int start(int channel, int run) {
    return (run * count + channel) * runLength;
  }
}
