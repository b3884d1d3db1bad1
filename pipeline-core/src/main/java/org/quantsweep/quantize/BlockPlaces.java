package org.quantsweep.quantize;

import org.quantsweep.tensor.Shape;

/**
 * Equal blocks along the axes of a weight tensor: which block each element lies in, both counted in
 * row-major order.
 */
public final class BlockPlaces {
  private final Shape shape;
  private final Shape blocks;
  private final int[] lengths;

  /**
   * A cut.
   *
   * @param blocks how many blocks there are along each axis; each divides the axis' length
   */
  public BlockPlaces(Shape shape, Shape blocks) {
    if (shape.rank() != blocks.rank()) {
      throw new IllegalArgumentException(
          "blocks " + blocks + " do not have the rank of shape " + shape + ".");
    }
    this.shape = shape;
    this.blocks = blocks;
    this.lengths = new int[shape.rank()];
    for (int axis = 0; axis < lengths.length; axis++) {
      if (blocks.length(axis) < 1 || shape.length(axis) % blocks.length(axis) != 0) {
        throw new IllegalArgumentException("blocks " + blocks + " do not divide " + shape + ".");
      }
      lengths[axis] = shape.length(axis) / blocks.length(axis);
    }
  }

  /** One block for all. */
  static Shape whole(int rank) {
    int[] ones = new int[rank];
    java.util.Arrays.fill(ones, 1);
    return Shape.of(ones);
  }

  int count() {
    return Math.toIntExact(blocks.elementCount());
  }

  /** The block of each element. */
  public int[] ofElements() {
    int[] found = new int[Math.toIntExact(shape.elementCount())];
    int last = shape.rank() - 1;
    int[] place = new int[shape.rank()];
    int run = shape.rank() == 0 ? 1 : shape.length(last);
    for (int start = 0; start < found.length; start += run) {
      int block = 0;
      for (int axis = 0; axis < last; axis++) {
        block = block * blocks.length(axis) + place[axis] / lengths[axis];
      }
      for (int i = 0; i < run; i++) {
        found[start + i] = last < 0 ? 0 : block * blocks.length(last) + i / lengths[last];
      }
      for (int axis = last - 1; axis >= 0; axis--) {
        place[axis]++;
        if (place[axis] < shape.length(axis)) {
          break;
        }
        place[axis] = 0;
      }
    }
    return found;
  }
}
