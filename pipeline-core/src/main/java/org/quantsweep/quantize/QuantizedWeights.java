package org.quantsweep.quantize;

import java.io.Serializable;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;

/** A weight tensor in another form than plain floats, and what turns it back into weights. */
public abstract sealed class QuantizedWeights implements Serializable
    permits CodedWeights, SparseWeights {
  private static final long serialVersionUID = 1L;

  private final Shape shape;

  QuantizedWeights(Shape shape) {
    this.shape = shape;
  }

  /** The shape of the weight tensor. */
  public Shape shape() {
    return shape;
  }

  /** Whether it may be what a scheme gives, so far as its form tells. */
  public abstract boolean isOf(Scheme.Compression scheme);

  /** The weights that are meant, float32, in the tensor's shape. */
  public abstract Tensor dequantize();
}
