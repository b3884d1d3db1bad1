package org.quantsweep.quantize;

import java.io.Serializable;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;

/** A weight tensor as codes, and what turns them back into weights. */
public abstract sealed class QuantizedWeights implements Serializable
    permits LinearWeights, LookUpTableWeights {
  private static final long serialVersionUID = 1L;

  private final Shape shape;
  private final NumberOfBits bits;
  private final byte[] codes;

  QuantizedWeights(Shape shape, NumberOfBits bits, byte[] codes) {
    if (shape.elementCount() != codes.length) {
      throw new IllegalArgumentException(
          "shape "
              + shape
              + " needs "
              + shape.elementCount()
              + " codes, not "
              + codes.length
              + ".");
    }
    this.shape = shape;
    this.bits = bits;
    this.codes = codes;
  }

  /** The shape of the weight tensor. */
  public Shape shape() {
    return shape;
  }

  /** The number of bits of each code. */
  public NumberOfBits bits() {
    return bits;
  }

  /**
   * One code a byte, in [0, 2^bits), in row-major order of the tensor; not copied: whoever takes it
   * must not write to it.
   */
  public byte[] sharedCodes() {
    return codes;
  }

  /** The weights that the codes stand for, float32, in the tensor's shape. */
  public abstract Tensor dequantize();
}
