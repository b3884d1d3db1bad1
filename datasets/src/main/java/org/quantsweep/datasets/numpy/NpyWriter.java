package org.quantsweep.datasets.numpy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;

/** Writes arrays in format 1.0, little-endian, C order. */
public final class NpyWriter {
  private static final int ALIGNMENT = 64;

  private NpyWriter() {}

  /** A float32 array. */
  public static byte[] write(Tensor tensor) {
    ByteBuffer data = buffer("<f4", tensor.shape(), 4 * tensor.size());
    for (float value : tensor.sharedArray()) {
      data.putFloat(value);
    }
    return data.array();
  }

  /** A vector of int64. */
  public static byte[] integers(List<Long> values) {
    ByteBuffer data = buffer("<i8", Shape.of(values.size()), 8 * values.size());
    values.forEach(data::putLong);
    return data.array();
  }

  /** A vector of texts. */
  public static byte[] texts(List<String> values) {
    int longest = 1;
    for (String value : values) {
      longest = Math.max(longest, value.codePointCount(0, value.length()));
    }
    ByteBuffer data = buffer("<U" + longest, Shape.of(values.size()), 4 * longest * values.size());
    for (String value : values) {
      int next = data.position() + 4 * longest;
      value.codePoints().forEach(data::putInt);
      data.position(next);
    }
    return data.array();
  }

  private static ByteBuffer buffer(String type, Shape shape, int bytes) {
    StringBuilder lengths = new StringBuilder();
    for (int length : shape.lengths()) {
      lengths.append(length).append(", ");
    }
    String list = lengths.toString().strip();
    if (shape.rank() > 1) {
      list = list.substring(0, list.length() - 1);
    }
    String header = "{'descr': '" + type + "', 'fortran_order': False, 'shape': (" + list + "), }";
    int padded = (10 + header.length() + 1 + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    header += " ".repeat(padded - 11 - header.length()) + "\n";
    ByteBuffer buffer = ByteBuffer.allocate(padded + bytes).order(ByteOrder.LITTLE_ENDIAN);
    buffer.put(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0});
    buffer.putShort((short) header.length());
    buffer.put(header.getBytes(StandardCharsets.US_ASCII));
    return buffer;
  }
}
