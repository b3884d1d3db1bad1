package org.quantsweep.coreml.mlprogram;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import org.quantsweep.quantize.HalfPrecisionCodec;
import org.quantsweep.tensor.Shape;

/**
 * A constant array. Rank 0 is a single element. Elements are decoded when they are asked for, since
 * they may lie in another file. Immutable and safe for several threads.
 */
public final class TensorValue implements ProgramValue {
  private final DataType type;
  private final Shape shape;
  private final Content content;

  /** Where the elements are stored; empty for those in the program itself. */
  private final String origin;

  /** Where elements are. */
  private sealed interface Content {
    /** Packed bytes, little-endian; of less than a byte, the first element in the lowest bits. */
    record Packed(Supplier<byte[]> bytes, long stored) implements Content {}

    /** Numbers that were made, not read; exact in float32. */
    record Floats(Supplier<float[]> values) implements Content {}

    /** Whole numbers, or 0 and 1. */
    record Integers(Supplier<long[]> values) implements Content {}

    /** Texts. */
    record Texts(List<String> values) implements Content {}
  }

  private TensorValue(DataType type, Shape shape, Content content) {
    this(type, shape, content, "");
  }

  private TensorValue(DataType type, Shape shape, Content content, String origin) {
    this.type = type;
    this.shape = shape;
    this.content = content;
    this.origin = origin;
  }

  /** The same elements, which are stored at a place in a file. */
  TensorValue from(String place) {
    return new TensorValue(type, shape, content, place);
  }

  /** The place in a file where the elements are stored; empty for those in the program itself. */
  String origin() {
    return origin;
  }

  /**
   * Elements in packed bytes.
   *
   * @param bytes called at every use: little-endian, and of types below a byte the first element in
   *     the lowest bits
   */
  static TensorValue packed(DataType type, Shape shape, Supplier<byte[]> bytes, long stored) {
    return new TensorValue(type, shape, new Content.Packed(bytes, stored));
  }

  /** Numbers, in order; the type is one of floats. */
  public static TensorValue floats(DataType type, Shape shape, Supplier<float[]> values) {
    return new TensorValue(type, shape, new Content.Floats(values));
  }

  /** Whole numbers in order, or 0 and 1 for booleans. */
  public static TensorValue integers(DataType type, Shape shape, long... values) {
    return new TensorValue(type, shape, new Content.Integers(() -> values));
  }

  /** Whole numbers in order, made at every use. */
  static TensorValue integers(DataType type, Shape shape, Supplier<long[]> values) {
    return new TensorValue(type, shape, new Content.Integers(values));
  }

  /** Texts in order. */
  static TensorValue texts(Shape shape, List<String> values) {
    return new TensorValue(DataType.STRING, shape, new Content.Texts(List.copyOf(values)));
  }

  /** What the elements are. */
  public DataType type() {
    return type;
  }

  /** The lengths of the axes. */
  public Shape shape() {
    return shape;
  }

  /** The number of elements. */
  public int count() {
    return Math.toIntExact(shape.elementCount());
  }

  /** The bytes that the elements take where they are stored; 0 for what was made. */
  public long storedBytes() {
    return content instanceof Content.Packed packed ? packed.stored() : 0;
  }

  /**
   * The numbers in float32: exact for floats of 16 and 32 bits and for whole numbers up to 2^24.
   *
   * @throws IllegalStateException when they are texts
   */
  public float[] floats() {
    if (content instanceof Content.Floats floats) {
      return floats.values().get();
    }
    if (content instanceof Content.Packed packed && type.isFloat()) {
      return floats(packed.bytes().get());
    }
    long[] integers = integers();
    float[] values = new float[integers.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = integers[i];
    }
    return values;
  }

  private float[] floats(byte[] bytes) {
    float[] values = new float[count()];
    switch (type) {
      case FLOAT16 -> {
        return HalfPrecisionCodec.decode(bytes);
      }
      case FLOAT32 -> {
        for (int i = 0; i < values.length; i++) {
          values[i] = Float.intBitsToFloat((int) little(bytes, 4 * i, 4));
        }
      }
      case FLOAT64 -> {
        for (int i = 0; i < values.length; i++) {
          values[i] = (float) Double.longBitsToDouble(little(bytes, 8 * i, 8));
        }
      }
      case BFLOAT16 -> {
        for (int i = 0; i < values.length; i++) {
          values[i] = Float.intBitsToFloat((int) little(bytes, 2 * i, 2) << 16);
        }
      }
      default -> throw new IllegalStateException(type + " is no type of floats.");
    }
    return values;
  }

  /**
   * The whole numbers; 0 and 1 for booleans; floats are cut off towards zero.
   *
   * @throws IllegalStateException when they are texts
   */
  public long[] integers() {
    if (content instanceof Content.Integers integers) {
      return integers.values().get();
    }
    if (content instanceof Content.Texts) {
      throw new IllegalStateException("texts are no numbers.");
    }
    if (type.isFloat()) {
      float[] floats = floats();
      long[] values = new long[floats.length];
      for (int i = 0; i < values.length; i++) {
        values[i] = (long) floats[i];
      }
      return values;
    }
    byte[] bytes = ((Content.Packed) content).bytes().get();
    return type.bits() < 8 ? CodeBits.unpack(bytes, type, count()) : integers(bytes);
  }

  private long[] integers(byte[] bytes) {
    int width = type.bits() / 8;
    long[] values = new long[count()];
    int unused = 64 - type.bits();
    for (int i = 0; i < values.length; i++) {
      long value = little(bytes, width * i, width);
      values[i] = type.isSigned() ? value << unused >> unused : value;
    }
    return values;
  }

  private static long little(byte[] bytes, int start, int width) {
    long value = 0;
    for (int i = width - 1; i >= 0; i--) {
      value = (value << 8) | (bytes[start + i] & 255);
    }
    return value;
  }

  /**
   * The texts.
   *
   * @throws IllegalStateException when they are numbers
   */
  public List<String> texts() {
    if (!(content instanceof Content.Texts texts)) {
      throw new IllegalStateException(type + " is no text.");
    }
    return texts.values();
  }

  /**
   * The elements as files hold them: little-endian, and of types below a byte the first element in
   * the lowest bits.
   *
   * @throws IllegalStateException when they are texts
   */
  byte[] packedBytes() {
    return content instanceof Content.Packed packed
        ? packed.bytes().get()
        : ElementBytes.of(type, this);
  }

  /** The same elements in another shape. */
  public TensorValue reshaped(Shape other) {
    return new TensorValue(type, other, content, origin);
  }

  /** Whether another holds the same elements; reads both. */
  public boolean holdsSameAs(TensorValue other) {
    if (type != other.type || !shape.equals(other.shape)) {
      return false;
    }
    if (type == DataType.STRING) {
      return texts().equals(other.texts());
    }
    return type.isFloat()
        ? Arrays.equals(floats(), other.floats())
        : Arrays.equals(integers(), other.integers());
  }

  /** For example {@code float16 [2] (0.5, 1.0)}; of many elements the first few. */
  @Override
  public String toString() {
    List<String> shown = new ArrayList<>();
    int most = Math.min(4, count());
    if (type == DataType.STRING) {
      texts().subList(0, most).forEach(text -> shown.add("'" + text + "'"));
    } else if (type.isFloat()) {
      float[] values = floats();
      for (int i = 0; i < most; i++) {
        shown.add(Float.toString(values[i]));
      }
    } else {
      long[] values = integers();
      for (int i = 0; i < most; i++) {
        shown.add(Long.toString(values[i]));
      }
    }
    return type
        + " "
        + shape
        + " ("
        + String.join(", ", shown)
        + (most < count() ? ", ..." : "")
        + ")";
  }
}
