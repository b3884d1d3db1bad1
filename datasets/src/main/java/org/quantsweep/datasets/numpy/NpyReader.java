package org.quantsweep.datasets.numpy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.quantsweep.sample.UnreadableSampleException;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;

/**
 * Reads one array as NumPy writes it (NEP 1, versions 1 to 3): floats of 16, 32 and 64 bits,
 * integers of 8, 16, 32 and 64 bits with and without sign, booleans; either byte order, C or
 * Fortran order. Numbers are converted to float32, as the sample's tensors hold them.
 */
public final class NpyReader {
  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
  private static final int MOST_AXES = 32;
  private static final int MOST_HEADER_BYTES = 65_536;
  private static final Pattern DESCR = Pattern.compile("'descr'\\s*:\\s*(?:'([^']*)'|(\\[))");
  private static final Pattern NUMBERS = Pattern.compile("([<>|=])([a-zA-Z]\\d+)");
  private static final Pattern ORDER = Pattern.compile("'fortran_order'\\s*:\\s*(True|False)");
  private static final Pattern SHAPE = Pattern.compile("'shape'\\s*:\\s*\\(([\\d,\\sL]*)\\)");
  private static final Map<String, Integer> TYPES =
      Map.ofEntries(
          Map.entry("f2", 2),
          Map.entry("f4", 4),
          Map.entry("f8", 8),
          Map.entry("i1", 1),
          Map.entry("i2", 2),
          Map.entry("i4", 4),
          Map.entry("i8", 8),
          Map.entry("u1", 1),
          Map.entry("u2", 2),
          Map.entry("u4", 4),
          Map.entry("u8", 8),
          Map.entry("b1", 1));

  private NpyReader() {}

  /**
   * Reads the bytes of a {@code .npy} file.
   *
   * @throws UnreadableSampleException with the reason; nothing is allocated beyond what the bytes
   *     really hold
   * @throws org.quantsweep.BadInputException when its numbers need more memory than a task has
   */
  public static Tensor read(byte[] bytes) throws UnreadableSampleException {
    if (bytes.length == 0) {
      throw new UnreadableSampleException("the file is empty (0 bytes).");
    }
    if (bytes.length < 10 || !Arrays.equals(bytes, 0, MAGIC.length, MAGIC, 0, MAGIC.length)) {
      throw new UnreadableSampleException("not an .npy file: it does not begin with \\x93NUMPY.");
    }
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    int version = bytes[6];
    if (version < 1 || version > 3) {
      throw new UnreadableSampleException("version (" + version + ") of the .npy is not known.");
    }
    int lengthBytes = version == 1 ? 2 : 4;
    long headerLength =
        version == 1
            ? Short.toUnsignedInt(buffer.getShort(8))
            : bytes.length < 12 ? Long.MAX_VALUE : Integer.toUnsignedLong(buffer.getInt(8));
    int start = 8 + lengthBytes;
    if (headerLength > Math.min(MOST_HEADER_BYTES, bytes.length - start)) {
      throw new UnreadableSampleException(
          "the .npy is truncated or damaged: its header is longer than what is there.");
    }
    String header = new String(bytes, start, (int) headerLength, StandardCharsets.UTF_8);
    Matcher descr = find(DESCR, header, "type (descr)");
    String written = descr.group(2) == null ? descr.group(1) : "a record";
    Matcher numbers = NUMBERS.matcher(written);
    String type = numbers.matches() ? numbers.group(2) : "";
    Integer width = TYPES.get(type);
    if (width == null) {
      throw new OtherTypeException(
          "the .npy holds values of type '" + written + "', which are no real numbers.");
    }
    boolean fortran = find(ORDER, header, "fortran_order").group(1).equals("True");
    int[] lengths = lengths(find(SHAPE, header, "shape").group(1));
    int data = start + (int) headerLength;
    long count = count(lengths, (bytes.length - data) / width);
    buffer.order(numbers.group(1).equals(">") ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
    TaskMemory.require(Float.BYTES * count);
    float[] values = new float[(int) count];
    for (int i = 0; i < values.length; i++) {
      values[i] = number(buffer, data + i * width, type);
    }
    return Tensor.wrap(Shape.of(lengths), fortran ? toRowMajor(values, lengths) : values);
  }

  private static Matcher find(Pattern pattern, String header, String what)
      throws UnreadableSampleException {
    Matcher matcher = pattern.matcher(header);
    if (!matcher.find()) {
      throw new UnreadableSampleException(
          "the header of the .npy names no " + what + " that can be read.");
    }
    return matcher;
  }

  private static int[] lengths(String text) throws UnreadableSampleException {
    String[] parts =
        Arrays.stream(text.replace("L", "").split(","))
            .map(String::strip)
            .filter(part -> !part.isEmpty())
            .toArray(String[]::new);
    int[] lengths = new int[parts.length];
    try {
      for (int i = 0; i < parts.length; i++) {
        lengths[i] = Integer.parseInt(parts[i]);
      }
    } catch (NumberFormatException e) {
      throw new UnreadableSampleException("the shape (" + text + ") of the .npy is too large.", e);
    }
    if (parts.length > MOST_AXES) {
      throw new UnreadableSampleException(
          "the .npy has " + parts.length + " axes, more than " + MOST_AXES + ".");
    }
    return lengths;
  }

  private static long count(int[] lengths, int available) throws UnreadableSampleException {
    long count = 1;
    for (int length : lengths) {
      count = count > available && length > 0 ? count : count * length;
    }
    if (count > available) {
      throw new UnreadableSampleException(
          "the .npy is truncated: its shape "
              + Shape.of(lengths)
              + " needs more numbers than the "
              + available
              + " that are there.");
    }
    return count;
  }

  private static float number(ByteBuffer buffer, int at, String type) {
    return switch (type) {
      case "f2" -> half(buffer.getShort(at));
      case "f4" -> buffer.getFloat(at);
      case "f8" -> (float) buffer.getDouble(at);
      case "i1" -> buffer.get(at);
      case "i2" -> buffer.getShort(at);
      case "i4" -> buffer.getInt(at);
      case "i8" -> buffer.getLong(at);
      case "u4" -> Integer.toUnsignedLong(buffer.getInt(at));
      case "u8" -> unsigned(buffer.getLong(at));
      case "u2" -> Short.toUnsignedInt(buffer.getShort(at));
      case "b1" -> buffer.get(at) == 0 ? 0 : 1;
      default -> buffer.get(at) & 0xFF;
    };
  }

  /** The nearest float32. The bit that halving would lose still decides a tie. */
  private static float unsigned(long bits) {
    return bits >= 0 ? bits : 2f * ((bits >>> 1) | (bits & 1));
  }

  /** IEEE 754 half precision; every one is exact in float32. */
  private static float half(short bits) {
    int exponent = bits >> 10 & 0x1F;
    int fraction = bits & 0x3FF;
    float magnitude;
    if (exponent == 0) {
      magnitude = fraction * 0x1p-24f;
    } else if (exponent == 31) {
      magnitude = fraction == 0 ? Float.POSITIVE_INFINITY : Float.NaN;
    } else {
      magnitude = Float.intBitsToFloat(((exponent + 112) << 23) | (fraction << 13));
    }
    return bits < 0 ? -magnitude : magnitude;
  }

  private static float[] toRowMajor(float[] values, int[] lengths) {
    float[] result = new float[values.length];
    int[] index = new int[lengths.length];
    for (int out = 0; out < result.length; out++) {
      int source = 0;
      for (int axis = lengths.length - 1; axis >= 0; axis--) {
        source = source * lengths[axis] + index[axis];
      }
      result[out] = values[source];
      for (int axis = lengths.length - 1; axis >= 0 && ++index[axis] == lengths[axis]; axis--) {
        index[axis] = 0;
      }
    }
    return result;
  }
}
