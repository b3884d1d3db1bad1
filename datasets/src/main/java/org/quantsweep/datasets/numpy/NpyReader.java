package org.quantsweep.datasets.numpy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;

/** Reads one array as float32. */
public final class NpyReader {
  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
  private static final Pattern TYPE = Pattern.compile("'descr':\\s*'([<>|=]?)([a-z?])(\\d*)'");
  private static final Pattern ORDER = Pattern.compile("'fortran_order':\\s*(True|False)");
  private static final Pattern SHAPE = Pattern.compile("'shape':\\s*\\(([0-9, ]*)\\)");

  private NpyReader() {}

  /**
   * The array of an {@code .npy} file: floats of 2, 4 or 8 bytes, integers of 1 to 8, truth values;
   * in C or Fortran order.
   *
   * @throws IOException with one line that says why it cannot be read
   */
  public static Tensor read(byte[] bytes) throws IOException {
    for (int i = 0; i < MAGIC.length; i++) {
      if (bytes.length < 12 || bytes[i] != MAGIC[i]) {
        throw new IOException("it is no .npy array");
      }
    }
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    boolean old = bytes[6] == 1;
    long length = old ? buffer.getShort(8) & 0xffffL : buffer.getInt(8) & 0xffffffffL;
    int start = old ? 10 : 12;
    if (start + length > bytes.length) {
      throw new IOException("its header ends before it is complete");
    }
    String header = new String(bytes, start, (int) length, StandardCharsets.ISO_8859_1);
    Matcher type = TYPE.matcher(header);
    Matcher order = ORDER.matcher(header);
    Matcher lengths = SHAPE.matcher(header);
    if (!type.find() || !order.find() || !lengths.find()) {
      throw new IOException("its header (" + header.strip() + ") is not that of a plain array");
    }
    Shape shape = shape(lengths.group(1));
    char kind = type.group(2).charAt(0);
    int size = type.group(3).isEmpty() ? 1 : Integer.parseInt(type.group(3));
    int data = (int) (start + length);
    long count = count(shape);
    if (count > (bytes.length - data) / Math.max(1, size)) {
      throw new IOException(
          "its shape "
              + shape
              + " needs "
              + count
              + " elements, but only "
              + (bytes.length - data)
              + " bytes follow");
    }
    buffer.order(type.group(1).equals(">") ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
    float[] values = new float[(int) count];
    for (int i = 0; i < values.length; i++) {
      values[i] = value(buffer, kind, size, data + i * size);
    }
    return Tensor.wrap(shape, order.group(1).equals("True") ? toRowMajor(values, shape) : values);
  }

  private static Shape shape(String text) throws IOException {
    List<Integer> lengths = new ArrayList<>();
    try {
      for (String length : text.split(",")) {
        if (!length.isBlank()) {
          lengths.add(Integer.parseInt(length.strip()));
        }
      }
    } catch (NumberFormatException e) {
      throw new IOException("its shape (" + text + ") is too large", e);
    }
    return Shape.of(lengths);
  }

  private static long count(Shape shape) throws IOException {
    try {
      return shape.elementCount();
    } catch (ArithmeticException e) {
      throw new IOException("its shape " + shape + " is too large", e);
    }
  }

  private static float value(ByteBuffer buffer, char kind, int size, int at) throws IOException {
    switch ("" + kind + size) {
      case "f2":
        return half(buffer.getShort(at));
      case "f4":
        return buffer.getFloat(at);
      case "f8":
        return (float) buffer.getDouble(at);
      case "i1":
        return buffer.get(at);
      case "u1", "b1", "?1":
        return buffer.get(at) & 255;
      case "i2":
        return buffer.getShort(at);
      case "u2":
        return buffer.getShort(at) & 0xffff;
      case "i4":
        return buffer.getInt(at);
      case "u4":
        return buffer.getInt(at) & 0xffffffffL;
      case "i8":
        return buffer.getLong(at);
      default:
        throw new IOException("its type '" + kind + size + "' is not a number of a known size");
    }
  }

  private static float half(short bits) {
    int exponent = bits >>> 10 & 0x1f;
    int fraction = bits & 0x3ff;
    float magnitude =
        exponent == 0
            ? fraction * 0x1p-24f
            : exponent == 31
                ? (fraction == 0 ? Float.POSITIVE_INFINITY : Float.NaN)
                : Float.intBitsToFloat((exponent + 112) << 23 | fraction << 13);
    return bits < 0 ? -magnitude : magnitude;
  }

  private static float[] toRowMajor(float[] values, Shape shape) {
    float[] ordered = new float[values.length];
    int[] index = new int[shape.rank()];
    for (int i = 0; i < ordered.length; i++) {
      int at = 0;
      for (int axis = shape.rank() - 1; axis >= 0; axis--) {
        at = at * shape.length(axis) + index[axis];
      }
      ordered[i] = values[at];
      for (int axis = shape.rank() - 1; axis >= 0 && ++index[axis] == shape.length(axis); axis--) {
        index[axis] = 0;
      }
    }
    return ordered;
  }
}
