package org.quantsweep.inference.onnx;

import java.util.Locale;
import java.util.Optional;

/** In which precision values are held that a program declares as half-precision floats. */
public enum FloatPrecision {
  /** In single precision: arithmetic on the exact stored values. */
  FLOAT32,
  /** Rounded to half precision after every operation; sums inside an operation are not. */
  FLOAT16;

  /** Half precision, or single precision. */
  public static FloatPrecision half(boolean half) {
    return half ? FLOAT16 : FLOAT32;
  }

  /** The precision of that name. */
  public static Optional<FloatPrecision> named(String name) {
    for (FloatPrecision precision : values()) {
      if (precision.toString().equals(name)) {
        return Optional.of(precision);
      }
    }
    return Optional.empty();
  }

  /** Its name in settings, for example {@code float32}. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
