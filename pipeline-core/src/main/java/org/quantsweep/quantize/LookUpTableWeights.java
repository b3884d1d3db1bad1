package org.quantsweep.quantize;

import java.util.Arrays;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;

/** Codes that are places in a table of 2^bits float32 weights. */
public final class LookUpTableWeights extends CodedWeights {
  private static final long serialVersionUID = 1L;

  private final float[] table;

  /**
   * Of stored parts, which the caller must not change any more.
   *
   * @param table exactly 2^bits entries
   */
  public LookUpTableWeights(Shape shape, NumberOfBits bits, byte[] codes, float[] table) {
    super(shape, bits, codes, shape.elementCount());
    if (table.length != bits.codes()) {
      throw new IllegalArgumentException(
          "look-up table has "
              + table.length
              + " entries, but "
              + bits
              + " bits need "
              + bits.codes()
              + " (2^numberOfBits).");
    }
    this.table = table;
  }

  /** The table; a copy. */
  public float[] table() {
    return table.clone();
  }

  @Override
  public LookUpTableWeights bytewise() {
    NumberOfBits byteSize = new NumberOfBits(Byte.SIZE);
    float[] padded = Arrays.copyOf(table, byteSize.codes());
    Arrays.fill(padded, table.length, padded.length, table[table.length - 1]);
    return new LookUpTableWeights(shape(), byteSize, sharedCodes(), padded);
  }

  @Override
  public Tensor dequantize() {
    byte[] codes = sharedCodes();
    float[] weights = new float[codes.length];
    for (int i = 0; i < codes.length; i++) {
      weights[i] = table[codes[i] & 255];
    }
    return Tensor.wrap(shape(), weights);
  }
}
