package org.quantsweep.coreml.mlprogram;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.quantsweep.tensor.Shape;

/**
 * The constants that are known at a place of a program, by name: those of its block so far, and of
 * the blocks around it. Compressed ones are decoded when they are asked for.
 */
public final class ConstantScope {
  private final ConstantScope around;
  private final Map<String, ProgramValue> values = new HashMap<>();

  private ConstantScope(ConstantScope around) {
    this.around = around;
  }

  /** Of a function, before its first operation. */
  public static ConstantScope ofFunction() {
    return new ConstantScope(null);
  }

  /** Of a block within this one. */
  public ConstantScope within() {
    return new ConstantScope(this);
  }

  /** A constant by its name; empty where the name is none's, or that of a computed value. */
  public Optional<ProgramValue> find(String name) {
    ProgramValue value = values.get(name);
    if (value != null) {
      return Optional.of(value);
    }
    return around == null ? Optional.empty() : around.find(name);
  }

  /** A constant of this block itself. */
  public Optional<ProgramValue> findOwn(String name) {
    return Optional.ofNullable(values.get(name));
  }

  /** Notes constants by their names. */
  public void add(Map<String, ProgramValue> made) {
    values.putAll(made);
  }

  /**
   * Notes the constants that an operation makes: of {@code const} and {@code constexpr_*}.
   *
   * @throws IllegalArgumentException as {@link #made}
   */
  void add(Operation operation) {
    add(made(operation));
  }

  /**
   * The constants that an operation makes, by name.
   *
   * @throws IllegalArgumentException with what does not fit, without subject or full stop
   */
  public Map<String, ProgramValue> made(Operation operation) {
    if (operation.isConstant()) {
      return Map.of(operation.outputs().get(0).name(), attribute(operation, "val"));
    }
    List<TensorValue> decoded = new Decoding(operation).outputs();
    if (operation.outputs().size() != decoded.size()) {
      throw new IllegalArgumentException(
          "it names " + operation.outputs().size() + " outputs, not " + decoded.size());
    }
    Map<String, ProgramValue> made = new HashMap<>();
    for (int i = 0; i < decoded.size(); i++) {
      made.put(operation.outputs().get(i).name(), decoded.get(i));
    }
    return made;
  }

  private static ProgramValue attribute(Operation operation, String name) {
    ProgramValue value = operation.attributes().get(name);
    if (value == null) {
      throw new IllegalArgumentException("its attribute '" + name + "' is missing");
    }
    return value;
  }

  /**
   * The array that a parameter is bound to, as an attribute or as an input.
   *
   * @throws IllegalArgumentException when it is something else, or not known
   */
  Optional<TensorValue> parameter(Operation operation, String name) {
    ProgramValue attribute = operation.attributes().get(name);
    if (attribute instanceof TensorValue value) {
      return Optional.of(value);
    }
    List<Binding> bindings = operation.inputs().get(name);
    if (bindings == null || bindings.isEmpty()) {
      return Optional.empty();
    }
    ProgramValue bound =
        bindings.get(0) instanceof Binding.Literal literal
            ? literal.value()
            : find(((Binding.Name) bindings.get(0)).name()).orElse(null);
    if (bound instanceof TensorValue value) {
      return Optional.of(value);
    }
    throw new IllegalArgumentException("its parameter '" + name + "' is no constant array");
  }

  /** Decodes one compressed constant. Shapes and types are known at once, numbers later. */
  private final class Decoding {
    private final Operation operation;

    private Decoding(Operation operation) {
      this.operation = operation;
    }

    private TensorValue given(String name) {
      return parameter(operation, name)
          .orElseThrow(
              () -> new IllegalArgumentException("its parameter '" + name + "' is missing"));
    }

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

    private TensorValue affine() {
      TensorValue data = given("quantized_data");
      TensorValue scale = given("scale");
      TensorValue zeroPoint = given("zero_point");
      TensorValue axis = given("axis");
      return TensorValue.floats(
          scale.type(), data.shape(), () -> Constexprs.affine(data, scale, zeroPoint, axis));
    }

    private TensorValue blockwise() {
      TensorValue data = given("data");
      TensorValue scale = given("scale");
      Optional<TensorValue> offset = parameter(operation, "offset");
      return TensorValue.floats(
          scale.type(),
          data.shape(),
          () -> Constexprs.blockwise(data.shape(), data.floats(), scale, offset));
    }

    private TensorValue looked() {
      TensorValue indices = given("indices");
      TensorValue lut = given("lut");
      Optional<TensorValue> packed = parameter(operation, "shape");
      if (packed.isPresent()) {
        Shape shape = Shape.of(Constexprs.lengths(packed.get()));
        int bits = bits(lut.count());
        return decoded(
            lut.type(),
            shape,
            () ->
                Constexprs.table(
                    unpacked(indices, bits, Math.toIntExact(shape.elementCount())), lut));
      }
      int vector = lut.shape().rank() == 0 ? 1 : lut.shape().length(-1);
      int axis = vectorAxis(vector, indices.shape());
      Shape shape = Constexprs.looked(indices.shape(), vector, axis);
      return decoded(
          lut.type(),
          shape,
          () -> Constexprs.tables(indices.shape(), indices.integers(), lut, axis));
    }

    private int bits(int entries) {
      int bits = Integer.numberOfTrailingZeros(Math.max(1, entries));
      if (bits < 1 || bits > 8 || 1 << bits != entries) {
        throw new IllegalArgumentException(
            "its table has " + entries + " entries, no power of two from 2 to 256");
      }
      return bits;
    }

    private int vectorAxis(int vector, Shape indices) {
      if (vector <= 1) {
        return Math.max(0, indices.rank() - 1);
      }
      return Constexprs.place((int) given("vector_axis").integers()[0], indices.rank());
    }

    private TensorValue dense() {
      TensorValue nonzero = given("nonzero_data");
      TensorValue mask = given("mask");
      Optional<TensorValue> packed = parameter(operation, "shape");
      Shape shape =
          packed.map(lengths -> Shape.of(Constexprs.lengths(lengths))).orElse(mask.shape());
      return decoded(
          nonzero.type(),
          shape,
          () ->
              Constexprs.scattered(
                  packed.isPresent()
                      ? unpacked(mask, 1, Math.toIntExact(shape.elementCount()))
                      : mask.integers(),
                  nonzero.floats()));
    }

    private List<TensorValue> sparseLooked() {
      TensorValue mask = given("indices_mask");
      TensorValue indices = given("indices_nonzero_data");
      TensorValue lut = given("lut");
      int vector = lut.shape().rank() == 0 ? 1 : lut.shape().length(-1);
      int axis = vectorAxis(vector, mask.shape());
      Shape expanded = Constexprs.looked(mask.shape(), vector, axis);
      TensorValue wide =
          vector == 1
              ? mask
              : TensorValue.integers(
                  mask.type(),
                  expanded,
                  () -> repeated(mask.shape(), mask.integers(), vector, axis));
      Shape count = Shape.of(Math.multiplyExact(indices.count(), vector));
      TensorValue values =
          decoded(
              lut.type(),
              count,
              () -> {
                long[] all = integers(Constexprs.scattered(mask.integers(), indices.floats()));
                return Constexprs.gathered(
                    wide.integers(), Constexprs.tables(mask.shape(), all, lut, axis));
              });
      return List.of(wide, values);
    }

    private List<TensorValue> sparseScaled() {
      TensorValue mask = given("data_mask");
      TensorValue nonzero = given("nonzero_data");
      TensorValue scale = given("scale");
      Optional<TensorValue> offset = parameter(operation, "offset");
      TensorValue values =
          TensorValue.floats(
              scale.type(),
              nonzero.shape(),
              () -> {
                float[] all = Constexprs.scattered(mask.integers(), nonzero.floats());
                return Constexprs.gathered(
                    mask.integers(), Constexprs.blockwise(mask.shape(), all, scale, offset));
              });
      return List.of(mask, values);
    }

    private TensorValue cast() {
      TensorValue source = given("source_val");
      String type = given("output_dtype").texts().get(0);
      if (!type.equals("fp32")) {
        throw new IllegalArgumentException("it casts to '" + type + "', not to 'fp32'");
      }
      return TensorValue.floats(DataType.FLOAT32, source.shape(), source::floats);
    }

    /** Decoded numbers are floats, or whole numbers where the table holds such. */
    private TensorValue decoded(
        DataType type, Shape shape, java.util.function.Supplier<float[]> values) {
      return type.isFloat()
          ? TensorValue.floats(type, shape, values)
          : TensorValue.integers(type, shape, () -> integers(values.get()));
    }

    private static long[] unpacked(TensorValue packed, int bits, int count) {
      long wanted = ((long) count * bits + 7) / 8;
      if (packed.count() != wanted) {
        throw new Constexprs.UndecodableException(
            "it has " + packed.count() + " packed bytes, but needs " + wanted);
      }
      long[] stored = packed.integers();
      byte[] bytes = new byte[stored.length];
      for (int i = 0; i < bytes.length; i++) {
        bytes[i] = (byte) stored[i];
      }
      return CodeBits.unpack(bytes, bits, false, count);
    }

    private static long[] integers(float[] values) {
      long[] integers = new long[values.length];
      for (int i = 0; i < integers.length; i++) {
        integers[i] = (long) values[i];
      }
      return integers;
    }

    private static long[] repeated(Shape shape, long[] values, int times, int axis) {
      int inner = 1;
      for (int i = axis + 1; i < shape.rank(); i++) {
        inner *= shape.length(i);
      }
      long[] repeated = new long[values.length * times];
      for (int i = 0; i < values.length; i++) {
        for (int j = 0; j < times; j++) {
          repeated[(i / inner * times + j) * inner + i % inner] = values[i];
        }
      }
      return repeated;
    }
  }
}
