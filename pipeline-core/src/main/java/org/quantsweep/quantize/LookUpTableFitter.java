package org.quantsweep.quantize;

import org.quantsweep.tensor.Tensor;

/**
 * A user's own look-up table, found by {@link java.util.ServiceLoader} and written {@code
 * lut-custom:ID:B}. Its id and version enter the digests.
 */
public interface LookUpTableFitter {
  /** Letters, digits, '_', '.' and '-'. */
  String id();

  /** Changes whenever a table may change. */
  String version();

  /**
   * The table for a weight tensor; each weight gets the code of its nearest entry, the lower one at
   * a tie.
   *
   * @param weights float32, in the shape of the weight tensor
   * @return 2^bits finite entries, in any order
   */
  float[] fit(Tensor weights, NumberOfBits bits);
}
