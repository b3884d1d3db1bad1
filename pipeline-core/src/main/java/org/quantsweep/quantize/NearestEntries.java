package org.quantsweep.quantize;

import java.util.Arrays;

/**
 * Finds the nearest entry of an ascending table: at a tie the lower one, of equal entries the
 * first.
 */
final class NearestEntries {
  private static final int MOST_ENTRIES = 256;

  /** The middles between neighbouring distinct entries, then infinity. */
  private final double[] middles = new double[MOST_ENTRIES];

  /** The code of each distinct entry: its first place in the table. */
  private final byte[] codes = new byte[MOST_ENTRIES];

  /** The highest power of two not above the number of middles. */
  private final int firstStep;

  /** For a table of 1 to 256 finite entries, ascending. */
  NearestEntries(float[] table) {
    Arrays.fill(middles, Double.POSITIVE_INFINITY);
    int distinct = 0;
    for (int i = 1; i < table.length; i++) {
      if (table[i] > table[i - 1]) {
        middles[distinct] = ((double) table[i - 1] + table[i]) / 2;
        distinct++;
        codes[distinct] = (byte) i;
      }
    }
    firstStep = Integer.highestOneBit(distinct);
  }

  /** The code of every weight. */
  byte[] codesOf(float[] weights) {
    byte[] result = new byte[weights.length];
    for (int i = 0; i < weights.length; i++) {
      double weight = weights[i];
      // Counts the middles below the weight, without a branch that depends on it.
      int below = 0;
      for (int step = firstStep; step > 0; step >>= 1) {
        below += middles[below + step - 1] < weight ? step : 0;
      }
      result[i] = codes[below];
    }
    return result;
  }
}
