package org.quantsweep.quantize;

/** The floats that a weight tensor decodes to. Every step of a codec is rounded to its type. */
public enum FloatType {
  /** IEEE half precision. */
  HALF {
    @Override
    public float round(double value) {
      // A product or quotient of two halves is exact enough in float32 for one more rounding.
      return HalfPrecisionCodec.toFloat(HalfPrecisionCodec.toHalf((float) value));
    }

    @Override
    float largest() {
      return 65504f;
    }

    @Override
    public float leastNormal() {
      return 0x1p-14f;
    }

    @Override
    float next(float value) {
      return HalfPrecisionCodec.toFloat(HalfPrecisionCodec.toHalf(value) + 1);
    }

    @Override
    float previous(float value) {
      return HalfPrecisionCodec.toFloat(HalfPrecisionCodec.toHalf(value) - 1);
    }
  },
  /** 32-bit floats. */
  SINGLE {
    @Override
    public float round(double value) {
      return (float) value;
    }

    @Override
    float largest() {
      return Float.MAX_VALUE;
    }

    @Override
    public float leastNormal() {
      return Float.MIN_NORMAL;
    }

    @Override
    float next(float value) {
      return Math.nextUp(value);
    }

    @Override
    float previous(float value) {
      return Math.nextDown(value);
    }
  };

  /** The nearest number of the type, ties to even; beyond its range infinity. */
  public abstract float round(double value);

  /** The largest finite number. */
  abstract float largest();

  /** The least number that keeps the type's precision. */
  public abstract float leastNormal();

  /** The next larger number; for numbers of the type that are at least 0. */
  abstract float next(float value);

  /** The next smaller number; for finite numbers of the type above 0. */
  abstract float previous(float value);
}
