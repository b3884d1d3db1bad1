package org.quantsweep.calibration;

import org.quantsweep.quantize.FloatType;

/** Steps of scales, each of one block of a weight tensor; zero points stay. */
final class StepsBooks implements Books.Fitted, Books.Ranged {
  private final Steps[] steps;
  private final double[] scales;
  private final double[] inverses;
  private final int[] zeros;
  private final int least;
  private final int most;
  private final FloatType type;
  private final RowSystems systems;
  private final int[][] blocks;

  /**
   * Books of all blocks.
   *
   * @param steps of each block
   * @param blocks the block of each weight of each batch {@code [columns, rows]}, not copied
   * @param systems of these blocks
   */
  StepsBooks(Steps[] steps, int[][] blocks, RowSystems systems) {
    this.steps = steps.clone();
    this.scales = new double[steps.length];
    this.inverses = new double[steps.length];
    this.zeros = new int[steps.length];
    this.least = steps[0].least();
    this.most = steps[0].most();
    this.type = steps[0].type();
    this.blocks = blocks;
    this.systems = systems;
    for (int block = 0; block < steps.length; block++) {
      set(block, steps[block]);
    }
  }

  private void set(int block, Steps own) {
    steps[block] = own;
    scales[block] = own.scale();
    inverses[block] = own.scale() == 0 ? 0 : 1 / (double) own.scale();
    zeros[block] = own.zero();
  }

  Steps steps(int block) {
    return steps[block];
  }

  @Override
  public void round(RowBatch batch, int column, float[] points, byte[] codes, float[] values) {
    int[] own = blocks[batch.index()];
    int at = column * batch.rows();
    for (int row = 0; row < points.length; row++) {
      int block = own[at + row];
      double place = Math.rint(points[row] * inverses[block]) + zeros[block];
      double code = Math.max(least, Math.min(most, place));
      codes[row] = (byte) (int) code;
      values[row] = (float) ((code - zeros[block]) * scales[block]);
    }
    if (type == FloatType.HALF) {
      for (int row = 0; row < points.length; row++) {
        values[row] = type.round(values[row]);
      }
    }
  }

  @Override
  public int unknowns() {
    return steps.length;
  }

  @Override
  public int systems() {
    return systems.count();
  }

  @Override
  public int system(int unknown) {
    return systems.of(unknown);
  }

  @Override
  public int system(RowBatch batch, int row) {
    return systems.of(blocks[batch.index()][row]);
  }

  /** The steps of a code from zero: the byte is signed as the steps are. */
  private int steps(int block, int code) {
    return (least < 0 ? (byte) code : code) - zeros[block];
  }

  @Override
  public void spread(RowBatch batch, double[] change, float[] values) {
    int[] own = blocks[batch.index()];
    int at = 0;
    for (int column = 0; column < batch.columns(); column++) {
      for (int row = 0; row < batch.rows(); row++) {
        int block = own[at];
        values[at++] = (float) (steps(block, batch.code(column, row)) * change[block]);
      }
    }
  }

  @Override
  public void gather(RowBatch batch, float[] numbers, double[] sums) {
    int[] own = blocks[batch.index()];
    int at = 0;
    for (int column = 0; column < batch.columns(); column++) {
      for (int row = 0; row < batch.rows(); row++) {
        int block = own[at];
        sums[block] += steps(block, batch.code(column, row)) * (double) numbers[at++];
      }
    }
  }

  @Override
  public void squares(RowBatch batch, float[] diagonal, double[] sums) {
    int[] own = blocks[batch.index()];
    int at = 0;
    for (int column = 0; column < batch.columns(); column++) {
      for (int row = 0; row < batch.rows(); row++) {
        int block = own[at++];
        if (!batch.isLeftOut(column, row)) {
          double number = steps(block, batch.code(column, row));
          sums[block] += number * number * diagonal[column];
        }
      }
    }
  }

  @Override
  public void move(double[] change, Iterable<RowBatch> batches) {
    for (int block = 0; block < change.length; block++) {
      if (change[block] != 0) {
        set(block, steps[block].scaled(steps[block].scale() + change[block]));
      }
    }
    for (RowBatch batch : batches) {
      int[] own = blocks[batch.index()];
      int at = 0;
      for (int column = 0; column < batch.columns(); column++) {
        for (int row = 0; row < batch.rows(); row++) {
          int block = own[at++];
          double exact = steps(block, batch.code(column, row)) * scales[block];
          batch.setValue(column, row, type.round((float) exact));
        }
      }
    }
  }
}
