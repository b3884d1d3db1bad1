package org.quantsweep.coreml.mlprogram;

import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.quantsweep.tensor.Shape;

/**
 * Decodes the constants of one {@code constexpr_*} operation. Shapes and types are checked at once;
 * numbers are decoded when they are asked for, since they may lie in another file.
 */
final class ConstantDecoding {
  /** What the numbers of vectors in tables may come to: 2 GiB of float32. */
  private static final long MOST_IN_VECTORS = 1L << 29;

  private final Operation operation;
  private final ConstantScope scope;

  ConstantDecoding(Operation operation, ConstantScope scope) {
    this.operation = operation;
    this.scope = scope;
  }

  /**
   * What the operation makes, in the order of its outputs.
   *
   * @throws IllegalArgumentException with what does not fit, without subject or full stop
   */
  List<TensorValue> outputs() {
    return switch (operation.type()) {
      case "constexpr_affine_dequantize" -> List.of(affine());
      case "constexpr_blockwise_shift_scale" -> List.of(blockwise());
      case "constexpr_lut_to_dense" -> List.of(looked());
      case "constexpr_sparse_to_dense" -> List.of(dense());
      case "constexpr_lut_to_sparse" -> sparseLooked();
      case "constexpr_sparse_blockwise_shift_scale" -> sparseScaled();
      case "constexpr_cast" -> List.of(cast());
      default -> throw new IllegalArgumentException("its type is not known");
    };
  }

  private TensorValue given(String name) {
    TensorValue value =
        scope
            .parameter(operation, name)
            .orElseThrow(
                () -> new IllegalArgumentException("its parameter '" + name + "' is missing"));
    if (value.type() == DataType.STRING) {
      throw new IllegalArgumentException("its parameter '" + name + "' is text");
    }
    return value;
  }

  private TensorValue floats(String name) {
    TensorValue value = given(name);
    if (!value.type().isFloat()) {
      throw new IllegalArgumentException(
          "its parameter '" + name + "' is " + value.type() + ", but holds floats");
    }
    return value;
  }

  private Optional<TensorValue> offset() {
    return scope.parameter(operation, "offset").map(found -> given("offset"));
  }

  private int axis(String name, int rank) {
    TensorValue axis = given(name);
    if (axis.count() != 1) {
      throw new IllegalArgumentException(
          "its parameter '" + name + "' has " + axis.count() + " elements, not 1");
    }
    return Constexprs.place(axis.integers()[0], rank);
  }

  private TensorValue affine() {
    TensorValue data = given("quantized_data");
    TensorValue scale = floats("scale");
    TensorValue zeroPoint = given("zero_point");
    int axis = data.shape().rank() == 0 ? 0 : axis("axis", data.shape().rank());
    Constexprs.requireChannels(data.shape(), axis, scale, "scales");
    Constexprs.requireChannels(data.shape(), axis, zeroPoint, "zero points");
    return TensorValue.floats(
        scale.type(), data.shape(), named(() -> Constexprs.affine(data, scale, zeroPoint, axis)));
  }

  private TensorValue blockwise() {
    TensorValue data = given("data");
    TensorValue scale = floats("scale");
    Optional<TensorValue> offset = offset();
    Constexprs.requireBlocks(data.shape(), scale, offset);
    return TensorValue.floats(
        scale.type(),
        data.shape(),
        named(() -> Constexprs.blockwise(data.shape(), data.floats(), scale, offset)));
  }

  private TensorValue looked() {
    TensorValue indices = given("indices");
    TensorValue lut = given("lut");
    if (scope.parameter(operation, "shape").isPresent()) {
      Shape shape = Constexprs.shape(given("shape"));
      int bits = bits(lut.count());
      requirePacked(indices, bits, shape);
      return decoded(
          lut.type(), shape, () -> Constexprs.table(unpacked(indices, bits, shape), lut));
    }
    int vector = vector(lut, indices.shape());
    int axis = vectorAxis(vector, indices.shape());
    return decoded(
        lut.type(),
        expanded(indices.shape(), vector, axis),
        () -> Constexprs.tables(indices.shape(), indices.integers(), lut, axis));
  }

  private static int bits(int entries) {
    int bits = Integer.numberOfTrailingZeros(Math.max(1, entries));
    if (bits < 1 || bits > 8 || 1 << bits != entries) {
      throw new IllegalArgumentException(
          "its table has " + entries + " entries, no power of two from 2 to 256");
    }
    return bits;
  }

  /** How many numbers an index stands for. */
  private static int vector(TensorValue lut, Shape indices) {
    Constexprs.requireTables(lut.shape(), indices);
    return lut.shape().length(-1);
  }

  private int vectorAxis(int vector, Shape indices) {
    return vector == 1 ? Math.max(0, indices.rank() - 1) : axis("vector_axis", indices.rank());
  }

  private static Shape expanded(Shape indices, int vector, int axis) {
    if (vector > 1 && Math.multiplyExact(indices.elementCount(), (long) vector) > MOST_IN_VECTORS) {
      throw new IllegalArgumentException(
          "its indices "
              + indices
              + " into vectors of "
              + vector
              + " stand for more than "
              + MOST_IN_VECTORS
              + " numbers");
    }
    return Constexprs.looked(indices, vector, axis);
  }

  private TensorValue dense() {
    TensorValue nonzero = given("nonzero_data");
    TensorValue mask = given("mask");
    if (scope.parameter(operation, "shape").isPresent()) {
      Shape shape = Constexprs.shape(given("shape"));
      requirePacked(mask, 1, shape);
      return decoded(
          nonzero.type(),
          shape,
          () -> Constexprs.scattered(unpacked(mask, 1, shape), nonzero.floats()));
    }
    return decoded(
        nonzero.type(),
        mask.shape(),
        () -> Constexprs.scattered(mask.integers(), nonzero.floats()));
  }

  private List<TensorValue> sparseLooked() {
    TensorValue mask = given("indices_mask");
    TensorValue indices = given("indices_nonzero_data");
    TensorValue lut = given("lut");
    int vector = vector(lut, mask.shape());
    int axis = vectorAxis(vector, mask.shape());
    Shape expanded = expanded(mask.shape(), vector, axis);
    TensorValue wide =
        vector == 1
            ? mask
            : TensorValue.integers(
                mask.type(),
                expanded,
                named(() -> Constexprs.repeated(mask.shape(), mask.integers(), vector, axis)));
    Shape count = Shape.of(Math.multiplyExact(indices.count(), vector));
    TensorValue values =
        decoded(
            lut.type(),
            count,
            () -> {
              long[] all = whole(Constexprs.scattered(mask.integers(), indices.floats()));
              return Constexprs.gathered(
                  wide.integers(), Constexprs.tables(mask.shape(), all, lut, axis));
            });
    return List.of(wide, values);
  }

  private List<TensorValue> sparseScaled() {
    TensorValue mask = given("data_mask");
    TensorValue nonzero = given("nonzero_data");
    TensorValue scale = floats("scale");
    Optional<TensorValue> offset = offset();
    Constexprs.requireBlocks(mask.shape(), scale, offset);
    TensorValue values =
        TensorValue.floats(
            scale.type(),
            nonzero.shape(),
            named(
                () -> {
                  float[] all = Constexprs.scattered(mask.integers(), nonzero.floats());
                  return Constexprs.gathered(
                      mask.integers(), Constexprs.blockwise(mask.shape(), all, scale, offset));
                }));
    return List.of(mask, values);
  }

  private TensorValue cast() {
    TensorValue source = floats("source_val");
    Optional<TensorValue> type = scope.parameter(operation, "output_dtype");
    if (type.isEmpty() || type.get().type() != DataType.STRING || type.get().count() != 1) {
      throw new IllegalArgumentException("its parameter 'output_dtype' is no text");
    }
    if (!type.get().texts().get(0).equals("fp32")) {
      throw new IllegalArgumentException(
          "it casts to '" + type.get().texts().get(0) + "', not to 'fp32'");
    }
    return TensorValue.floats(DataType.FLOAT32, source.shape(), named(source::floats));
  }

  /** Decoded numbers are floats, or whole numbers where what they are made of holds such. */
  private TensorValue decoded(DataType type, Shape shape, Supplier<float[]> values) {
    return type.isFloat()
        ? TensorValue.floats(type, shape, named(values))
        : TensorValue.integers(type, shape, named(() -> whole(values.get())));
  }

  private static void requirePacked(TensorValue packed, int bits, Shape shape) {
    long wanted = (shape.elementCount() * bits + 7) / 8;
    if (packed.count() != wanted) {
      throw new IllegalArgumentException(
          "it has "
              + packed.count()
              + " packed bytes, but its shape "
              + shape
              + " needs "
              + wanted);
    }
  }

  private static long[] unpacked(TensorValue packed, int bits, Shape shape) {
    long[] stored = packed.integers();
    byte[] bytes = new byte[stored.length];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) stored[i];
    }
    return CodeBits.unpack(bytes, bits, false, Math.toIntExact(shape.elementCount()));
  }

  private static long[] whole(float[] values) {
    long[] integers = new long[values.length];
    for (int i = 0; i < integers.length; i++) {
      integers[i] = (long) values[i];
    }
    return integers;
  }

  /** What goes wrong while numbers are made says whose they are. */
  private <T> Supplier<T> named(Supplier<T> values) {
    return () -> {
      try {
        return values.get();
      } catch (UndecodableException e) {
        if (e.getCause() instanceof UndecodableException) {
          throw e;
        }
        throw new UndecodableException(
            "constant '" + operation.name() + "' (" + operation.type() + "): " + e.getMessage(), e);
      }
    };
  }
}
