package org.quantsweep.calibration;

/** Evenly spaced values, with a scale and a bias for each row or one pair for all rows. */
final class EvenBooks implements Books.Fitted, Books.Ranged {
  private final float[] scales;
  private final float[] biases;
  private final int largestCode;

  /** Of one grid for each channel, or a single one. */
  EvenBooks(EvenGrid[] grids) {
    this.scales = new float[grids.length];
    this.biases = new float[grids.length];
    this.largestCode = grids[0].largestCode();
    for (int i = 0; i < grids.length; i++) {
      scales[i] = grids[i].scale();
      biases[i] = grids[i].bias();
    }
  }

  /** Not copied. */
  float[] scales() {
    return scales;
  }

  /** Not copied. */
  float[] biases() {
    return biases;
  }

  private int grid(RowBatch batch, int row) {
    return scales.length == 1 ? 0 : batch.channel(row);
  }

  @Override
  public void round(RowBatch batch, int column, float[] points, byte[] codes, float[] values) {
    for (int row = 0; row < points.length; row++) {
      int grid = grid(batch, row);
      double scale = scales[grid];
      double bias = biases[grid];
      double place = scale == 0 ? 0 : Math.rint((points[row] - bias) / scale);
      double code = Math.max(0, Math.min(largestCode, place));
      codes[row] = (byte) (int) code;
      values[row] = (float) (code * scale + bias);
    }
  }

  @Override
  public int unknowns() {
    return 2 * scales.length;
  }

  @Override
  public int systems() {
    return scales.length;
  }

  @Override
  public int system(int unknown) {
    return unknown / 2;
  }

  @Override
  public int system(RowBatch batch, int row) {
    return grid(batch, row);
  }

  @Override
  public void spread(RowBatch batch, double[] change, float[] values) {
    int at = 0;
    for (int column = 0; column < batch.columns(); column++) {
      for (int row = 0; row < batch.rows(); row++) {
        int grid = 2 * grid(batch, row);
        values[at++] = (float) (batch.code(column, row) * change[grid] + change[grid + 1]);
      }
    }
  }

  @Override
  public void gather(RowBatch batch, float[] numbers, double[] sums) {
    int at = 0;
    for (int column = 0; column < batch.columns(); column++) {
      for (int row = 0; row < batch.rows(); row++) {
        int grid = 2 * grid(batch, row);
        double number = numbers[at++];
        sums[grid] += batch.code(column, row) * number;
        sums[grid + 1] += number;
      }
    }
  }

  @Override
  public void squares(RowBatch batch, float[] diagonal, double[] sums) {
    for (int column = 0; column < batch.columns(); column++) {
      for (int row = 0; row < batch.rows(); row++) {
        int grid = 2 * grid(batch, row);
        double code = batch.code(column, row);
        sums[grid] += code * code * diagonal[column];
        sums[grid + 1] += diagonal[column];
      }
    }
  }

  @Override
  public void move(double[] change, Iterable<RowBatch> batches) {
    for (int grid = 0; grid < scales.length; grid++) {
      float scale = (float) (scales[grid] + change[2 * grid]);
      float bias = (float) (biases[grid] + change[2 * grid + 1]);
      if (scale >= Float.MIN_NORMAL && Float.isFinite(scale) && Float.isFinite(bias)) {
        scales[grid] = scale;
        biases[grid] = bias;
      }
    }
    for (RowBatch batch : batches) {
      for (int column = 0; column < batch.columns(); column++) {
        for (int row = 0; row < batch.rows(); row++) {
          int grid = grid(batch, row);
          double value = batch.code(column, row) * (double) scales[grid] + biases[grid];
          batch.setValue(column, row, (float) value);
        }
      }
    }
  }
}
