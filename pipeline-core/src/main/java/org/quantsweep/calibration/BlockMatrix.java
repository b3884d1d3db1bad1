package org.quantsweep.calibration;

import java.util.List;

/**
 * A symmetric matrix that is 0 outside of blocks along its diagonal. All blocks but the last are of
 * one length. Most matrices are a single block.
 */
final class BlockMatrix {
  /** A matrix of which nothing is known. */
  static final BlockMatrix NONE = new BlockMatrix(1, 0, List.of());

  private final int block;
  private final int order;
  private final List<double[]> blocks;

  /**
   * A matrix of its blocks.
   *
   * @param block the length of all blocks but the last
   * @param order the number of rows
   * @param blocks each {@code [length, length]}
   */
  BlockMatrix(int block, int order, List<double[]> blocks) {
    this.block = block;
    this.order = order;
    this.blocks = List.copyOf(blocks);
  }

  /** A matrix of one block, {@code [n, n]}; nothing is known of it where that is empty. */
  static BlockMatrix whole(double[] matrix, int n) {
    return matrix.length == 0 ? NONE : new BlockMatrix(n, n, List.of(matrix));
  }

  /** Whether nothing is known. */
  boolean isEmpty() {
    return blocks.isEmpty();
  }

  /** The elements of the blocks. */
  long elements() {
    long elements = 0;
    for (double[] own : blocks) {
      elements += own.length;
    }
    return elements;
  }

  /** The first row of the block that a row lies in. */
  int first(int row) {
    return row / block * block;
  }

  /** The row behind the block that a row lies in. */
  int last(int row) {
    return Math.min(order, first(row) + block);
  }

  /** The block that a row lies in, row-major, not copied. */
  double[] blockOf(int row) {
    return blocks.get(row / block);
  }

  /** An element of a block. */
  double get(int row, int column) {
    int first = first(row);
    return blockOf(row)[(row - first) * (last(row) - first) + column - first];
  }
}
