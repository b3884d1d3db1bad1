package org.quantsweep.coreml.mlprogram;

import java.util.Optional;
import java.util.function.Function;
import org.quantsweep.coreml.WeightStorage;

/** How constants of a program are stored, told by the operation that makes them. */
final class StorageForms {
  private StorageForms() {}

  /**
   * The form of a constant.
   *
   * @param makers the operation that makes a constant, by its name
   */
  static WeightStorage of(
      Operation operation, ConstantScope constants, Function<String, Optional<Operation>> makers) {
    return switch (operation.type()) {
      case "constexpr_affine_dequantize" -> {
        TensorValue data = given(operation, constants, "quantized_data");
        yield new WeightStorage.Affine(
            data.type().bits(), given(operation, constants, "scale").count(), signs(data));
      }
      case "constexpr_blockwise_shift_scale" -> scaled(operation, constants, makers);
      case "constexpr_lut_to_dense" -> {
        TensorValue lut = given(operation, constants, "lut");
        boolean packed = constants.parameter(operation, "shape").isPresent();
        yield table(lut, packed, isCompressed(operation, "lut", makers));
      }
      case "constexpr_sparse_to_dense" -> {
        TensorValue mask = given(operation, constants, "mask");
        TensorValue values = given(operation, constants, "nonzero_data");
        long all =
            constants
                .parameter(operation, "shape")
                .map(shape -> Constexprs.shape(shape).elementCount())
                .orElse((long) mask.count());
        WeightStorage inner =
            maker(operation, "nonzero_data", makers)
                .map(chained -> of(chained, constants, makers))
                .orElse(floats(values));
        yield new WeightStorage.Sparse(values.count(), all, inner);
      }
      case "constexpr_lut_to_sparse" ->
          table(given(operation, constants, "lut"), false, isCompressed(operation, "lut", makers));
      case "constexpr_sparse_blockwise_shift_scale" -> {
        TensorValue data = given(operation, constants, "nonzero_data");
        yield new WeightStorage.Affine(
            data.type().bits(), given(operation, constants, "scale").count(), signs(data));
      }
      default ->
          operation.attributes().get("val") instanceof TensorValue value
              ? floats(value)
              : new WeightStorage.Float32();
    };
  }

  private static WeightStorage scaled(
      Operation operation, ConstantScope constants, Function<String, Optional<Operation>> makers) {
    Optional<Operation> inner = maker(operation, "data", makers);
    if (inner.isPresent()) {
      WeightStorage made = of(inner.get(), constants, makers);
      return made instanceof WeightStorage.Tables tables
          ? tables.scaled(given(operation, constants, "scale").count())
          : made;
    }
    TensorValue data = given(operation, constants, "data");
    return new WeightStorage.Affine(
        data.type().bits(), given(operation, constants, "scale").count(), signs(data));
  }

  private static WeightStorage.Signs signs(TensorValue codes) {
    return codes.type().isSigned() ? WeightStorage.Signs.SIGNED : WeightStorage.Signs.UNSIGNED;
  }

  private static WeightStorage table(TensorValue lut, boolean packed, boolean compressed) {
    int vector = packed || lut.shape().rank() < 2 ? 1 : lut.shape().length(-1);
    int entries = packed || lut.shape().rank() < 2 ? lut.count() : lut.shape().length(-2);
    int tables = lut.count() / Math.max(1, entries * vector);
    return new WeightStorage.Tables(
        Integer.numberOfTrailingZeros(Math.max(2, entries)), tables, vector, 0, compressed);
  }

  private static boolean isCompressed(
      Operation operation, String parameter, Function<String, Optional<Operation>> makers) {
    return maker(operation, parameter, makers).filter(Operation::isCompressed).isPresent();
  }

  private static Optional<Operation> maker(
      Operation operation, String parameter, Function<String, Optional<Operation>> makers) {
    return Optional.ofNullable(operation.inputs().get(parameter)).stream()
        .flatMap(java.util.List::stream)
        .filter(Binding.Name.class::isInstance)
        .map(binding -> ((Binding.Name) binding).name())
        .findFirst()
        .flatMap(makers)
        .filter(Operation::isCompressed);
  }

  private static WeightStorage floats(TensorValue value) {
    return value.type() == DataType.FLOAT16
        ? new WeightStorage.Float16()
        : new WeightStorage.Float32();
  }

  private static TensorValue given(Operation operation, ConstantScope constants, String name) {
    return constants
        .parameter(operation, name)
        .orElseThrow(() -> new IllegalArgumentException("its parameter '" + name + "' is missing"));
  }
}
