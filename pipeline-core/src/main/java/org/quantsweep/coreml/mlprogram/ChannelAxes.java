package org.quantsweep.coreml.mlprogram;

import java.util.List;
import java.util.Optional;
import org.quantsweep.quantize.WeightAxes;
import org.quantsweep.tensor.Shape;

/** Along which axes of a weight tensor the channels of the operation that takes it lie. */
final class ChannelAxes {
  private final Operation operation;
  private final ConstantScope constants;

  /**
   * Of what an operation takes.
   *
   * @param constants that it sees
   */
  ChannelAxes(Operation operation, ConstantScope constants) {
    this.operation = operation;
    this.constants = constants;
  }

  /**
   * Those of a weight tensor.
   *
   * @param parameter that it is bound to
   */
  WeightAxes of(String parameter, Shape shape) {
    int rank = shape.rank();
    if (rank < 2) {
      return new WeightAxes(0, -1, 1);
    }
    return switch (operation.type()) {
      case "conv" -> new WeightAxes(0, 1, groups(shape));
      case "conv_transpose" -> new WeightAxes(1, 0, groups(shape));
      case "matmul" -> {
        boolean isLeft = parameter.equals("x");
        boolean transposed = isTrue(isLeft ? "transpose_x" : "transpose_y");
        yield isLeft == transposed
            ? new WeightAxes(rank - 1, rank - 2, 1)
            : new WeightAxes(rank - 2, rank - 1, 1);
      }
      case "einsum" -> sums(rank).orElse(new WeightAxes(0, 1, 1));
      default -> new WeightAxes(0, 1, 1);
    };
  }

  private Optional<WeightAxes> sums(int rank) {
    return ProductAxes.of(operation, constants)
        .filter(axes -> axes.weight().length() == rank)
        .map(ProductAxes::channels);
  }

  /** Convolutions may use groups of channels. */
  private int groups(Shape shape) {
    long groups =
        parameter("groups")
            .filter(value -> value.type().isInteger() && value.count() == 1)
            .map(value -> value.integers()[0])
            .orElse(1L);
    return (int) Math.max(1, Math.min(groups, shape.length(0)));
  }

  /** Whether a parameter is known to be true; what else it may be, whoever runs it says. */
  private boolean isTrue(String parameter) {
    return parameter(parameter)
        .filter(value -> value.type() == DataType.BOOL && value.count() == 1)
        .filter(value -> value.integers()[0] != 0)
        .isPresent();
  }

  private Optional<TensorValue> parameter(String name) {
    List<Binding> bindings = operation.inputs().getOrDefault(name, List.of());
    if (bindings.isEmpty()) {
      return Optional.empty();
    }
    ProgramValue bound =
        bindings.get(0) instanceof Binding.Literal literal
            ? literal.value()
            : constants.find(((Binding.Name) bindings.get(0)).name()).orElse(null);
    return bound instanceof TensorValue value ? Optional.of(value) : Optional.empty();
  }
}
