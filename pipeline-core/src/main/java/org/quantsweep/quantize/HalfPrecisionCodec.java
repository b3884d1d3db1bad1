package org.quantsweep.quantize;

import org.quantsweep.BadInputException;

/**
 * IEEE 754 half precision, little-endian, rounded to nearest even (IEEE 754-2008, binary16). Unlike
 * coremltools, which refuses 65504 itself, it takes whatever rounds to a finite half.
 */
public final class HalfPrecisionCodec {
  private HalfPrecisionCodec() {}

  /**
   * Two bytes for each value.
   *
   * @throws BadInputException when a value is not a number, or rounds beyond the largest half
   *     (65504), as 65520 does
   */
  public static byte[] encode(float[] values) {
    byte[] bytes = new byte[Math.multiplyExact(2, values.length)];
    for (int i = 0; i < values.length; i++) {
      int half = toHalf(values[i]);
      if (!isFinite(half)) {
        throw new BadInputException(
            "weight ("
                + values[i]
                + ") at place "
                + i
                + " does not fit half precision, whose largest number is 65504.\n"
                + "Maybe leave this weight tensor in full precision.");
      }
      bytes[2 * i] = (byte) half;
      bytes[2 * i + 1] = (byte) (half >>> 8);
    }
    return bytes;
  }

  /** Whether a value is a number that rounds to a finite half. */
  public static boolean holds(float value) {
    return isFinite(toHalf(value));
  }

  private static boolean isFinite(int half) {
    return (half & 0x7c00) != 0x7c00;
  }

  /** The values of half-precision bytes; an odd last byte is ignored, as Core ML does. */
  public static float[] decode(byte[] bytes) {
    float[] values = new float[bytes.length / 2];
    for (int i = 0; i < values.length; i++) {
      values[i] = toFloat((bytes[2 * i] & 255) | (bytes[2 * i + 1] & 255) << 8);
    }
    return values;
  }

  /** The nearest half, as its 16 bits; ties go to the even one, too large ones to infinity. */
  public static int toHalf(float value) {
    int bits = Float.floatToRawIntBits(value);
    int sign = bits >>> 16 & 0x8000;
    int magnitude = bits & 0x7fffffff;
    if (magnitude > 0x7f800000) {
      return sign | 0x7e00;
    }
    if (magnitude >= 0x477ff000) {
      return sign | 0x7c00;
    }
    if (magnitude < 0x38800000) {
      // Below the smallest normal half: counted in steps of 2^-24.
      float steps = Math.abs(value) * 0x1p24f;
      return sign | (int) Math.rint(steps);
    }
    int odd = magnitude >>> 13 & 1;
    return sign | (magnitude - 0x38000000 + 0x0fff + odd) >>> 13;
  }

  /** The value of 16 bits. */
  public static float toFloat(int half) {
    int exponent = half >>> 10 & 0x1f;
    int fraction = half & 0x3ff;
    float magnitude;
    if (exponent == 0) {
      magnitude = fraction * 0x1p-24f;
    } else if (exponent == 31) {
      magnitude = fraction == 0 ? Float.POSITIVE_INFINITY : Float.NaN;
    } else {
      magnitude = Float.intBitsToFloat((exponent + 112) << 23 | fraction << 13);
    }
    return (half & 0x8000) == 0 ? magnitude : -magnitude;
  }
}
