package org.quantsweep.calibration;

import java.util.List;

/**
 * Which blocks are found together: those of one row belong together, and rows that share the first
 * block share all. Blocks of different systems do not meet in one row.
 */
final class RowSystems {
  private final int[] systems;
  private final int count;

  /**
   * Of all blocks.
   *
   * @param count how many blocks there are
   * @param batches the weights
   * @param blocks the block of each weight of each batch {@code [columns, rows]}
   */
  RowSystems(int count, List<RowBatch> batches, int[][] blocks) {
    this.systems = new int[count];
    int[] byFirst = new int[count];
    int found = 0;
    for (RowBatch batch : batches) {
      int[] own = blocks[batch.index()];
      for (int row = 0; row < batch.rows(); row++) {
        int first = own[row];
        if (byFirst[first] == 0) {
          byFirst[first] = ++found;
        }
        for (int at = row; at < own.length; at += batch.rows()) {
          systems[own[at]] = byFirst[first] - 1;
        }
      }
    }
    this.count = found;
  }

  int count() {
    return count;
  }

  int of(int block) {
    return systems[block];
  }
}
