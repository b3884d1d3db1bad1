package org.quantsweep.quantize;

import org.quantsweep.tensor.Shape;

/** A weight tensor as codes. */
public abstract sealed class CodedWeights extends QuantizedWeights
    permits LinearWeights,
        LookUpTableWeights,
        BlockwiseWeights,
        PalettizedWeights,
        ScaledTableWeights {
  private static final long serialVersionUID = 1L;

  private final NumberOfBits bits;
  private final byte[] codes;

  CodedWeights(Shape shape, NumberOfBits bits, byte[] codes, long count) {
    super(shape);
    if (count != codes.length) {
      throw new IllegalArgumentException(
          "shape " + shape + " needs " + count + " codes, not " + codes.length + ".");
    }
    this.bits = bits;
    this.codes = codes;
  }

  /** The number of bits of each code. */
  public NumberOfBits bits() {
    return bits;
  }

  /** The same weights, of codes that take a byte each. */
  public abstract CodedWeights bytewise();

  @Override
  public boolean isOf(Scheme.Compression scheme) {
    return scheme.sparsity().equals(Sparsity.NONE) && isOfCodes(scheme);
  }

  /** The same, whatever weights are left out. */
  boolean isOfCodes(Scheme.Compression scheme) {
    boolean table = this instanceof LookUpTableWeights || this instanceof PalettizedWeights;
    return scheme instanceof Scheme.Quantization codes
        && codes.codeBits().equals(bits)
        && codes.isLookUpTable() == table
        && !codes.isScaledTable();
  }

  /**
   * One code a byte, in row-major order: in [0, 2^bits), of signed codes in [-2^(bits - 1), 2^(bits
   * - 1)). Not copied: whoever takes it must not write to it.
   */
  public byte[] sharedCodes() {
    return codes;
  }
}
