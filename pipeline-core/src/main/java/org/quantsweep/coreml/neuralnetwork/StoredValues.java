package org.quantsweep.coreml.neuralnetwork;

import org.quantsweep.coreml.WeightStorage;
import org.quantsweep.proto.coreml.WeightParams;

/** Which of the forms of {@code WeightParams} holds values, as Apple's validator tells them. */
public enum StoredValues {
  /** Nothing, or raw bytes without the quantization that would give them a meaning. */
  NONE,
  /** Float32 values. */
  FLOAT32,
  /** IEEE half values, little-endian. */
  FLOAT16,
  /** Unsigned codes of 1 to 8 bits with scales or a look-up table. */
  QUANTIZED,
  /** Signed bytes with one scale, for inner products that quantize their input at run time. */
  INT8,
  /** More than one form at once. */
  SEVERAL;

  /** The form in use. */
  public static StoredValues of(WeightParams params) {
    int forms = 0;
    StoredValues found = NONE;
    if (params.getFloatValueCount() > 0) {
      found = FLOAT32;
      forms++;
    }
    if (!params.getFloat16Value().isEmpty()) {
      found = FLOAT16;
      forms++;
    }
    if (!params.getRawValue().isEmpty()) {
      found = params.hasQuantization() ? QUANTIZED : NONE;
      forms++;
    }
    if (!params.getInt8RawValue().isEmpty()) {
      found = params.hasQuantization() ? INT8 : NONE;
      forms++;
    }
    return forms > 1 ? SEVERAL : found;
  }

  /**
   * The storage of checked weights.
   *
   * @throws IllegalArgumentException when they hold no values, or values in several forms
   */
  static WeightStorage storage(WeightParams params) {
    StoredValues values = of(params);
    return switch (values) {
      case FLOAT32 -> new WeightStorage.Float32();
      case FLOAT16 -> new WeightStorage.Float16();
      case INT8 -> new WeightStorage.Int8();
      case QUANTIZED -> {
        int bits = Math.toIntExact(params.getQuantization().getNumberOfBits());
        yield params.getQuantization().hasLookupTableQuantization()
            ? new WeightStorage.LookUpTable(bits)
            : new WeightStorage.Linear(
                bits, params.getQuantization().getLinearQuantization().getScaleCount());
      }
      case NONE, SEVERAL ->
          throw new IllegalArgumentException(
              "weights hold " + (values == NONE ? "no values." : "values in several forms."));
    };
  }
}
