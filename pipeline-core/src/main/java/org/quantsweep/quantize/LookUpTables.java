package org.quantsweep.quantize;

import java.util.Arrays;
import org.quantsweep.tensor.Tensor;

/** Codes for a table, and the table of equal steps. */
final class LookUpTables {
  private LookUpTables() {}

  /**
   * The table of equal steps that coremltools makes: codes and steps as for one linear channel,
   * entry i = i x scale + min in double, stored as float32.
   */
  static LookUpTableWeights linear(Tensor weights, NumberOfBits bits) {
    Channels whole = Channels.whole(weights.shape());
    double min = Double.POSITIVE_INFINITY;
    double max = Double.NEGATIVE_INFINITY;
    for (float weight : weights.sharedArray()) {
      min = Math.min(min, weight);
      max = Math.max(max, weight);
    }
    double scale = (max - min) / (bits.codes() - 1);
    float[] table = new float[bits.codes()];
    for (int i = 0; i < table.length; i++) {
      table[i] = (float) (i * scale + min);
    }
    LinearWeights steps = LinearQuantizer.asymmetric(weights, bits, whole);
    return new LookUpTableWeights(weights.shape(), bits, steps.sharedCodes(), table);
  }

  /**
   * Gives each weight the code of its nearest entry; at a tie, the lower one.
   *
   * @param entries finite; sorted and padded with the last one up to 2^bits
   */
  static LookUpTableWeights nearest(Tensor weights, NumberOfBits bits, float[] entries) {
    float[] table = Arrays.copyOf(entries, entries.length);
    Arrays.sort(table);
    int filled = table.length;
    table = Arrays.copyOf(table, bits.codes());
    Arrays.fill(table, filled, table.length, table[filled - 1]);
    // A weight belongs to the entry after every middle that lies below it.
    double[] middles = new double[filled - 1];
    for (int i = 0; i < middles.length; i++) {
      middles[i] = ((double) table[i] + table[i + 1]) / 2;
    }
    float[] values = weights.sharedArray();
    byte[] codes = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      int low = 0;
      int high = middles.length;
      while (low < high) {
        int middle = (low + high) >>> 1;
        if (middles[middle] < values[i]) {
          low = middle + 1;
        } else {
          high = middle;
        }
      }
      codes[i] = (byte) low;
    }
    return new LookUpTableWeights(weights.shape(), bits, codes, table);
  }
}
