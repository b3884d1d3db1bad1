package org.quantsweep.calibration;

/** Finds the entry of a table that is nearest to a number; at a tie, the lower one. */
final class AscendingTable {
  /** Equal parts of the table's range, each of which knows where its entries begin. */
  private static final int CELLS = 1024;

  private final float[] entries;

  /** Between neighbours; the last one is never passed. */
  private final float[] middles;

  private final float least;
  private final float perUnit;
  private final int[] starts = new int[CELLS];

  /**
   * Over a table.
   *
   * @param entries in ascending order, not copied
   */
  AscendingTable(float[] entries) {
    this.entries = entries;
    int last = entries.length - 1;
    this.middles = new float[entries.length];
    for (int i = 0; i < last; i++) {
      middles[i] = (float) (((double) entries[i] + entries[i + 1]) / 2);
    }
    middles[last] = Float.POSITIVE_INFINITY;
    this.least = entries[0];
    float range = entries[last] - entries[0];
    this.perUnit = range > 0 && CELLS / range < Float.POSITIVE_INFINITY ? CELLS / range : 0;
    int code = 0;
    for (int cell = 0; cell < CELLS; cell++) {
      // A middle in an earlier cell lies below all numbers of this one, however both are rounded.
      while (code < last && cell(middles[code]) < cell) {
        code++;
      }
      starts[cell] = code;
    }
  }

  private int cell(float number) {
    return Math.max(0, Math.min(CELLS - 1, (int) ((number - least) * perUnit)));
  }

  int nearest(float number) {
    int code = starts[cell(number)];
    while (number > middles[code]) {
      code++;
    }
    return code;
  }

  float entry(int code) {
    return entries[code];
  }
}
