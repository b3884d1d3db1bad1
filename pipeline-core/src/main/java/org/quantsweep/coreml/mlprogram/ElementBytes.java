package org.quantsweep.coreml.mlprogram;

import org.quantsweep.quantize.HalfPrecisionCodec;

/**
 * The elements of an array as files hold them: little-endian, and of types below a byte the first
 * element in the lowest bits.
 */
final class ElementBytes {
  private ElementBytes() {}

  /**
   * Packs made numbers.
   *
   * @throws IllegalArgumentException when a whole number is not one of the type
   */
  static byte[] of(DataType type, TensorValue value) {
    return type.isFloat() ? floats(type, value.floats()) : integers(type, value.integers());
  }

  private static byte[] floats(DataType type, float[] values) {
    int width = type.bits() / 8;
    byte[] bytes = new byte[Math.multiplyExact(width, values.length)];
    for (int i = 0; i < values.length; i++) {
      put(bytes, width * i, width, bits(type, values[i]));
    }
    return bytes;
  }

  private static long bits(DataType type, float value) {
    return switch (type) {
      case FLOAT16 -> HalfPrecisionCodec.toHalf(value);
      case FLOAT32 -> Float.floatToRawIntBits(value);
      case FLOAT64 -> Double.doubleToRawLongBits(value);
      case BFLOAT16 -> upperHalf(value);
      default -> throw new IllegalArgumentException(type + " is no type of floats.");
    };
  }

  /** Rounded to the nearest, ties to the even one. */
  private static long upperHalf(float value) {
    int bits = Float.floatToRawIntBits(value);
    return Float.isNaN(value)
        ? bits >>> 16 | 0x40
        : (bits + 0x7fffL + (bits >>> 16 & 1)) >>> 16 & 0xffff;
  }

  private static byte[] integers(DataType type, long[] values) {
    requireOfType(type, values);
    if (type.bits() < 8) {
      return CodeBits.pack(values, type.bits());
    }
    int width = type.bits() / 8;
    byte[] bytes = new byte[Math.multiplyExact(width, values.length)];
    for (int i = 0; i < values.length; i++) {
      put(bytes, width * i, width, values[i]);
    }
    return bytes;
  }

  private static void requireOfType(DataType type, long[] values) {
    if (type.bits() == 64) {
      return;
    }
    long least = type.isSigned() ? -(1L << (type.bits() - 1)) : 0;
    long most = least + (1L << type.bits()) - 1;
    for (int i = 0; i < values.length; i++) {
      if (values[i] < least || values[i] > most) {
        throw new IllegalArgumentException(
            "number (" + values[i] + ") at place " + i + " is none of type " + type + ".");
      }
    }
  }

  private static void put(byte[] bytes, int start, int width, long value) {
    for (int i = 0; i < width; i++) {
      bytes[start + i] = (byte) (value >>> (8 * i));
    }
  }
}
