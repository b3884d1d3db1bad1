package org.quantsweep.datasets.numpy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;

/** Makes the bytes of an {@code .npy} file (NEP 1, version 1): little-endian, C order. */
@SuppressWarnings("ByteBufferBackingArray") // begin allocates exactly the array that is returned.
public final class NpyWriter {
  private NpyWriter() {}

  /** Float32, in the tensor's shape. */
  public static byte[] write(Tensor tensor) {
    ByteBuffer buffer = begin("<f4", tensor.shape(), 4L * tensor.size());
    for (float value : tensor.sharedArray()) {
      buffer.putFloat(value);
    }
    return buffer.array();
  }

  /** Int64, of shape {@code [values]}. */
  public static byte[] write(long[] values) {
    ByteBuffer buffer = begin("<i8", Shape.of(values.length), 8L * values.length);
    for (long value : values) {
      buffer.putLong(value);
    }
    return buffer.array();
  }

  /** Texts ({@code <U}, UTF-32, padded with zeros), of shape {@code [values]}. */
  public static byte[] write(List<String> values) {
    int longest = 1;
    for (String value : values) {
      longest = Math.max(longest, value.codePointCount(0, value.length()));
    }
    ByteBuffer buffer =
        begin("<U" + longest, Shape.of(values.size()), 4L * longest * values.size());
    for (String value : values) {
      int[] points = Arrays.copyOf(value.codePoints().toArray(), longest);
      for (int point : points) {
        buffer.putInt(point);
      }
    }
    return buffer.array();
  }

  private static ByteBuffer begin(String type, Shape shape, long dataBytes) {
    StringBuilder lengths = new StringBuilder();
    for (int length : shape.lengths()) {
      lengths.append(lengths.isEmpty() ? "" : " ").append(length).append(',');
    }
    if (shape.rank() > 1) {
      lengths.setLength(lengths.length() - 1);
    }
    String header =
        "{'descr': '" + type + "', 'fortran_order': False, 'shape': (" + lengths + "), }";
    // Magic, length, header and a new line fill a multiple of 64 bytes, as the format asks.
    int padding = Math.floorMod(-(10 + header.length() + 1), 64);
    byte[] text = (header + " ".repeat(padding) + "\n").getBytes(StandardCharsets.US_ASCII);
    ByteBuffer buffer =
        ByteBuffer.allocate(Math.toIntExact(10 + text.length + dataBytes))
            .order(ByteOrder.LITTLE_ENDIAN);
    buffer.put(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0});
    buffer.putShort((short) text.length);
    return buffer.put(text);
  }
}
