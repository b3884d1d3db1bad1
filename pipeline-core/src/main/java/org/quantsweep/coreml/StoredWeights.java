package org.quantsweep.coreml;

import org.quantsweep.quantize.QuantizedWeights;
import org.quantsweep.tensor.Tensor;

/** What a weight tensor is stored as, when that changes. */
public sealed interface StoredWeights {
  /** Precision of stored floats. */
  enum Precision {
    /** 32 bits. */
    FLOAT32,
    /** IEEE half precision. */
    FLOAT16
  }

  /** The tensor's own values as floats. */
  record OwnFloats(Precision precision) implements StoredWeights {}

  /** Other values as floats, in the tensor's shape. */
  record OtherFloats(Precision precision, Tensor values) implements StoredWeights {}

  /** Codes, and what turns them back. */
  record Codes(QuantizedWeights weights) implements StoredWeights {}
}
