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
    byte[] bytes = new byte[Math.multiplyExact(count, Integer.BYTES)];
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    for (int rank = 0; rank < count; rank++) {
      buffer.putInt(number.applyAsInt(rank));
    }
    return Base64.getEncoder().encodeToString(bytes);
  }

  /** Rounded to float32. */
  static String floats(int count, IntToDoubleFunction number) {
    return integers(count, rank -> Float.floatToIntBits((float) number.applyAsDouble(rank)));
  }
}
