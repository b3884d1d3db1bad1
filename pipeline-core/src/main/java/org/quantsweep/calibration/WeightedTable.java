package org.quantsweep.calibration;

import java.util.Arrays;

/**
 * Fits look-up tables to weights that count differently: Lloyd's iterations on sorted weights, from
 * a table that is optimal where all count alike. Each step takes time in the number of entries, not
 * of weights.
 */
final class WeightedTable {
  private static final int ITERATIONS = 60;

  private final double[] values;
  private final double[] weight;
  private final double[] moment;

  /**
   * Sorts the weights once for all widths.
   *
   * @param importance how much each counts, at least 0
   */
  WeightedTable(float[] weights, double[] importance) {
    int n = weights.length;
    long[] keys = new long[n];
    for (int i = 0; i < n; i++) {
      int bits = Float.floatToIntBits(weights[i]);
      // Ascending as signed numbers for floats of both signs.
      int sortable = bits ^ (bits >> 31 & 0x7fffffff);
      keys[i] = (long) sortable << 32 | i;
    }
    Arrays.sort(keys);
    values = new double[n];
    weight = new double[n + 1];
    moment = new double[n + 1];
    for (int i = 0; i < n; i++) {
      int at = (int) keys[i];
      values[i] = weights[at];
      weight[i + 1] = weight[i] + importance[at];
      moment[i + 1] = moment[i] + importance[at] * values[i];
    }
  }

  /** A fitted table, ascending, of as many entries. */
  float[] fit(float[] start) {
    double[] table = new double[start.length];
    for (int i = 0; i < start.length; i++) {
      table[i] = start[i];
    }
    Arrays.sort(table);
    for (int iteration = 0; iteration < ITERATIONS; iteration++) {
      boolean moved = false;
      int from = 0;
      for (int entry = 0; entry < table.length; entry++) {
        int to =
            entry == table.length - 1
                ? values.length
                : firstAbove((table[entry] + table[entry + 1]) / 2, from);
        double mass = weight[to] - weight[from];
        if (mass > 0) {
          double mean = (moment[to] - moment[from]) / mass;
          // Differences of prefix sums may leave the range of the cluster in the last bits.
          mean = Math.max(values[from], Math.min(values[to - 1], mean));
          moved |= (float) mean != (float) table[entry];
          table[entry] = mean;
        }
        from = to;
      }
      Arrays.sort(table);
      if (!moved) {
        break;
      }
    }
    float[] fitted = new float[table.length];
    for (int i = 0; i < fitted.length; i++) {
      fitted[i] = (float) table[i];
    }
    return fitted;
  }

  private int firstAbove(double bound, int from) {
    int low = from;
    int high = values.length;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (values[middle] <= bound) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }
}
