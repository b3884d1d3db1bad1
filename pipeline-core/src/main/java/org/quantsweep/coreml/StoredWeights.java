package org.quantsweep.coreml;

import java.util.Optional;
import org.quantsweep.quantize.QuantizedWeights;
import org.quantsweep.quantize.Scheme;
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

  /**
   * Codes, and what turns them back.
   *
   * @param source the scheme, where they follow from it and the tensor's own values alone
   */
  record Codes(QuantizedWeights weights, Optional<Scheme> source) implements StoredWeights {
    /** Of any source. */
    public Codes(QuantizedWeights weights) {
      this(weights, Optional.empty());
    }
  }

  /** Whether what is stored under a scheme follows from the tensor's own values alone. */
  static boolean isPlain(Scheme scheme) {
    return !(scheme instanceof Scheme.Compression codes && codes.calibrated());
  }
}
