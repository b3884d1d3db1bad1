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
    ByteBuffer bytes = buffer(count);
    for (int rank = 0; rank < count; rank++) {
      bytes.putInt(number.applyAsInt(rank));
    }
    return Base64.getEncoder().encodeToString(bytes.array());
  }

  /** Rounded to float32. */
  static String floats(int count, IntToDoubleFunction number) {
    ByteBuffer bytes = buffer(count);
    for (int rank = 0; rank < count; rank++) {
      bytes.putFloat((float) number.applyAsDouble(rank));
    }
    return Base64.getEncoder().encodeToString(bytes.array());
  }

  private static ByteBuffer buffer(int count) {
    return ByteBuffer.allocate(Math.multiplyExact(count, Integer.BYTES))
        .order(ByteOrder.LITTLE_ENDIAN);
  }
}
