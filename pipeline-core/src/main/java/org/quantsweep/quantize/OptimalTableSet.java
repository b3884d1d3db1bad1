package org.quantsweep.quantize;

import java.io.Serializable;

/**
 * The tables of least squared error of one weight tensor, for every width: found once, and then
 * taken along to wherever the tensor is quantized.
 */
public final class OptimalTableSet implements Serializable {
  private static final long serialVersionUID = 1L;

  private final float[][] byWidth = new float[9][];

  /** Finds the tables of finite weights. */
  OptimalTableSet(float[] weights) {
    this(new OptimalTables(weights));
  }

  /** Of weights that count differently. */
  OptimalTableSet(OptimalTables tables) {
    // Widest first: the prices that it tries narrow those of the others.
    for (int width = 8; width >= 1; width--) {
      byWidth[width] = tables.entries(1 << width);
    }
  }

  /** 2^bits entries, ascending; not copied: whoever takes them must not write to them. */
  float[] entries(NumberOfBits bits) {
    return byWidth[bits.bits()];
  }
}
