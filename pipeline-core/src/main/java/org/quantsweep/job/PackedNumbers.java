package org.quantsweep.job;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Base64;
import java.util.function.IntToDoubleFunction;
import java.util.function.IntUnaryOperator;

/** Numbers by rank in base64, little endian. */
final class PackedNumbers {
  private PackedNumbers() {}

  static String integers(int count, IntUnaryOperator number) {
    byte[] packed = new byte[Math.multiplyExact(count, Integer.BYTES)];
    ByteBuffer bytes = littleEndian(packed);
    for (int rank = 0; rank < count; rank++) {
      bytes.putInt(number.applyAsInt(rank));
    }
    return Base64.getEncoder().encodeToString(packed);
  }

  /** Rounded to float32. */
  static String floats(int count, IntToDoubleFunction number) {
    byte[] packed = new byte[Math.multiplyExact(count, Float.BYTES)];
    ByteBuffer bytes = littleEndian(packed);
    for (int rank = 0; rank < count; rank++) {
      bytes.putFloat((float) number.applyAsDouble(rank));
    }
    return Base64.getEncoder().encodeToString(packed);
  }

  private static ByteBuffer littleEndian(byte[] packed) {
    return ByteBuffer.wrap(packed).order(ByteOrder.LITTLE_ENDIAN);
  }
}
