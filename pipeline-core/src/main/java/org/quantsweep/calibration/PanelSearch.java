package org.quantsweep.calibration;

import java.util.Arrays;

/**
 * Looks for better codes of a few columns at once, all other columns staying. Where no single code
 * can be improved, several together often can: neighbours whose inputs are alike make up for each
 * other. The best real numbers for the columns are rounded by error feedback, once as it is and a
 * few times with noise (Klein, Finding the closest lattice vector when it's unusually close, SODA
 * 2000); each row keeps what costs least, and its codes where nothing costs less.
 *
 * <p>Noise follows from channel, column and seed, and its size from the row's own error, so that
 * every row gets what it would get alone.
 */
final class PanelSearch {
  /** Roundings of a panel, of which the first has no noise. */
  private static final int TRIES = 8;

  /** The most that noise adds to a weight, in root mean squares of the errors that are fed back. */
  private static final float NOISE = 0.5F;

  /** Of a row's error in the panel; what gains less is a rounding error. */
  private static final float LEAST_GAIN = 1e-5F;

  private final RowBatch batch;
  private final int rows;
  private final int units;
  private final int[] channels;
  private final Codes found;
  private final Codes best;
  private final float[][] targets;
  private final float[][] points;
  private final float[] step;
  private final float[] noisy;
  private final float[] spread;
  private final float[] cost;
  private final float[] least;
  private final boolean[] better;

  /** Codes of the columns of a panel, by places. */
  private static final class Codes {
    private final byte[][] codes;
    private final float[][] values;

    Codes(int columns, int rows, int units) {
      codes = new byte[columns][units];
      values = new float[columns][rows];
    }
  }

  /** For the panels of a batch. */
  PanelSearch(RowBatch batch) {
    this.batch = batch;
    this.rows = batch.rows();
    this.units = batch.units();
    this.channels = new int[rows];
    Arrays.setAll(channels, batch::channel);
    int columns = Math.min(RowMetric.PANEL, batch.columns());
    this.found = new Codes(columns, rows, units);
    this.best = new Codes(columns, rows, units);
    this.targets = new float[columns][rows];
    this.points = new float[columns][rows];
    this.step = new float[rows];
    this.noisy = new float[rows];
    this.spread = new float[rows];
    this.cost = new float[units];
    this.least = new float[units];
    this.better = new boolean[units];
  }

  /**
   * Searches a panel.
   *
   * @param start the column of the batch that the panel begins with
   * @param gradients {@code [columns of the panel, rows]}
   * @param changes {@code [columns of the panel, rows]}; written where something is gained
   * @return whether anything is gained
   */
  boolean search(
      PanelMetric panel, int start, float[][] gradients, Books books, int seed, float[][] changes) {
    aim(panel, start, gradients);
    boolean any = false;
    for (int attempt = 0; attempt < TRIES; attempt++) {
      round(panel, start, books, attempt == 0 ? 0 : seed * TRIES + attempt);
      any |= keep(panel.count());
    }
    if (any) {
      take(panel, start, changes);
    }
    return any;
  }

  /** Finds the best real numbers, and what the present codes cost more than these. */
  private void aim(PanelMetric panel, int start, float[][] gradients) {
    int count = panel.count();
    for (int i = 0; i < count; i++) {
      batch.values(start + panel.column(i), targets[i]);
    }
    Arrays.fill(cost, 0);
    for (int i = 0; i < count; i++) {
      // U g: the errors that feeding back would have met on the way to the present codes.
      Arrays.fill(step, 0);
      for (int j = i; j < count; j++) {
        RowBatch.subtract(step, -panel.feedback(i, j), gradients[panel.column(j)]);
      }
      addSquares();
      for (int j = i; j < count; j++) {
        RowBatch.subtract(targets[j], -panel.feedback(i, j), step);
      }
    }
    Arrays.fill(better, false);
    for (int unit = 0; unit < units; unit++) {
      least[unit] = cost[unit] * (1 - LEAST_GAIN);
    }
    int weights = count * batch.vector();
    for (int row = 0; row < rows; row++) {
      spread[row] = NOISE * (float) Math.sqrt(cost[row % units] / weights);
    }
  }

  private void addSquares() {
    for (int base = 0; base < rows; base += units) {
      for (int unit = 0; unit < units; unit++) {
        cost[unit] += step[base + unit] * step[base + unit];
      }
    }
  }

  /** Rounds the best real numbers; a seed of 0 adds no noise. */
  private void round(PanelMetric panel, int start, Books books, int seed) {
    int count = panel.count();
    Arrays.fill(cost, 0);
    for (int i = 0; i < count; i++) {
      System.arraycopy(targets[i], 0, points[i], 0, rows);
    }
    for (int i = 0; i < count; i++) {
      int column = start + panel.column(i);
      float[] point = points[i];
      float own = panel.feedback(i, i);
      float[] rounded = point;
      if (seed != 0) {
        disturb(point, own, column, seed);
        rounded = noisy;
      }
      batch.nearest(books, column, rounded, found.codes[i], found.values[i]);
      float[] value = found.values[i];
      float inverse = 1 / own;
      for (int row = 0; row < rows; row++) {
        step[row] = (point[row] - value[row]) * inverse;
      }
      addSquares();
      for (int j = i + 1; j < count; j++) {
        RowBatch.subtract(points[j], panel.feedback(i, j), step);
      }
    }
  }

  private void disturb(float[] point, float own, int column, int seed) {
    int key = (column * 0x85EBCA6B) ^ (seed * 0xC2B2AE35);
    for (int row = 0; row < rows; row++) {
      noisy[row] = point[row] + own * spread[row] * noise((channels[row] * 0x9E3779B1) ^ key);
    }
  }

  /** Between -1 and 1: the bits of a key, mixed (C. Wellons' lowbias32). */
  private static float noise(int key) {
    int mixed = key;
    mixed ^= mixed >>> 16;
    mixed *= 0x7feb352d;
    mixed ^= mixed >>> 15;
    mixed *= 0x846ca68b;
    mixed ^= mixed >>> 16;
    return mixed * 0x1p-31F;
  }

  /** Keeps the codes of those rows that cost less than ever before. */
  private boolean keep(int count) {
    boolean any = false;
    for (int unit = 0; unit < units; unit++) {
      if (cost[unit] < least[unit]) {
        least[unit] = cost[unit];
        better[unit] = true;
        any = true;
        for (int i = 0; i < count; i++) {
          best.codes[i][unit] = found.codes[i][unit];
          for (int row = unit; row < rows; row += units) {
            best.values[i][row] = found.values[i][row];
          }
        }
      }
    }
    return any;
  }

  /** Gives the batch what was kept. */
  private void take(PanelMetric panel, int start, float[][] changes) {
    for (int i = 0; i < panel.count(); i++) {
      int column = start + panel.column(i);
      float[] change = changes[panel.column(i)];
      batch.values(column, change);
      for (int row = 0; row < rows; row++) {
        change[row] = better[row % units] ? best.values[i][row] - change[row] : 0;
      }
      for (int unit = 0; unit < units; unit++) {
        if (better[unit]) {
          batch.rename(column, unit, best.codes[i][unit]);
          for (int row = unit; row < rows; row += units) {
            batch.setValue(column, row, best.values[i][row]);
          }
        }
      }
    }
  }
}
