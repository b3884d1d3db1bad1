package org.quantsweep.quantize;

import java.util.Arrays;
import org.quantsweep.tensor.Tensor;

/** Codes for a table, and the table of equal steps. */
final class LookUpTables {
  private LookUpTables() {}

  /**
   * The table of equal steps that coremltools makes: codes and steps as for one linear channel,
   * entry i = i x scale + min in double, stored as float32. As in {@link LinearQuantizer}, a small
   * scale is no reason to give up the weights.
   */
  static LookUpTableWeights linear(Tensor weights, NumberOfBits bits) {
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
    double inverse = scale == 0 ? 0 : 1 / scale;
    float[] values = weights.sharedArray();
    byte[] codes = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      codes[i] = (byte) Math.min(bits.codes() - 1, (int) Math.rint((values[i] - min) * inverse));
    }
    return new LookUpTableWeights(weights.shape(), bits, codes, table);
  }

  /**
   * Gives each weight the code of its nearest entry; at a tie, the lower one; of equal entries, the
   * first.
   *
   * @param entries finite; sorted and padded with the last one up to 2^bits
   */
  static LookUpTableWeights nearest(Tensor weights, NumberOfBits bits, float[] entries) {
    float[] table = Arrays.copyOf(entries, entries.length);
    Arrays.sort(table);
    int filled = table.length;
    table = Arrays.copyOf(table, bits.codes());
    Arrays.fill(table, filled, table.length, table[filled - 1]);
    byte[] codes = new NearestEntries(table).codesOf(weights.sharedArray());
    return new LookUpTableWeights(weights.shape(), bits, codes, table);
  }
}
