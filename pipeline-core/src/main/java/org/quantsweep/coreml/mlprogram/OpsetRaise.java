package org.quantsweep.coreml.mlprogram;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Whether a function means the same under a later opset. What changes from CoreML7 on: a zero in
 * the shape of {@code reshape} is counted from the right, negative indices of {@code gather} and
 * {@code scatter} are out of bounds, {@code clip} must have an alpha below its beta, and {@code
 * crop_resize} and {@code non_maximum_suppression} have other parameters. Indices that follow from
 * data are taken for ones that are not negative, because the raised model is the one that is
 * judged.
 */
final class OpsetRaise {
  private static final Set<String> OTHER_PARAMETERS =
      Set.of("crop_resize", "non_maximum_suppression");

  private OpsetRaise() {}

  /**
   * Why a function may not be raised, with the operation's name, as the rest of a sentence; empty
   * where it may.
   */
  static Optional<String> problem(ProgramFunction function, Opset to) {
    if (!to.isAtLeast(Opset.IOS17) || function.opset().isAtLeast(Opset.IOS17)) {
      return Optional.empty();
    }
    return problem(function.body(), ConstantScope.ofFunction());
  }

  private static Optional<String> problem(ProgramBlock block, ConstantScope constants) {
    for (Operation operation : block.operations()) {
      if (operation.isConstant()) {
        constants.add(operation);
        continue;
      }
      Optional<String> found = problem(operation, constants);
      for (ProgramBlock inner : operation.blocks()) {
        found = found.isPresent() ? found : problem(inner, constants.within());
      }
      if (found.isPresent()) {
        return found;
      }
    }
    return Optional.empty();
  }

  private static Optional<String> problem(Operation operation, ConstantScope constants) {
    String type = operation.type();
    if (OTHER_PARAMETERS.contains(type)) {
      return Optional.of(named(operation, "has other parameters there"));
    }
    if (type.equals("reshape") && holds(operation, "shape", constants, 0)) {
      return Optional.of(named(operation, "counts a 0 in its shape from the other side there"));
    }
    boolean indexed = type.startsWith("gather") || type.startsWith("scatter");
    if (indexed && holds(operation, "indices", constants, -1)) {
      return Optional.of(named(operation, "has negative indices, which are out of bounds there"));
    }
    return type.equals("clip") ? clip(operation, constants) : Optional.empty();
  }

  private static Optional<String> clip(Operation operation, ConstantScope constants) {
    Optional<TensorValue> alpha = bound(operation, "alpha", constants);
    Optional<TensorValue> beta = bound(operation, "beta", constants);
    if (alpha.isEmpty() || beta.isEmpty()) {
      return Optional.empty();
    }
    float least = alpha.get().floats()[0];
    float most = beta.get().floats()[0];
    return least < most
        ? Optional.empty()
        : Optional.of(
            named(
                operation,
                "has an alpha ("
                    + least
                    + ") that is not below its beta ("
                    + most
                    + "), as it must be there"));
  }

  private static String named(Operation operation, String reason) {
    return "operation '" + operation.name() + "' (" + operation.type() + ") " + reason;
  }

  /** Whether a constant parameter holds a number: 0, or any below 0 where -1 is asked for. */
  private static boolean holds(
      Operation operation, String parameter, ConstantScope constants, int asked) {
    Optional<TensorValue> bound = bound(operation, parameter, constants);
    if (bound.isEmpty() || !bound.get().type().isInteger()) {
      return false;
    }
    for (long number : bound.get().integers()) {
      if (asked == 0 ? number == 0 : number < 0) {
        return true;
      }
    }
    return false;
  }

  private static Optional<TensorValue> bound(
      Operation operation, String parameter, ConstantScope constants) {
    List<Binding> bindings = operation.inputs().getOrDefault(parameter, List.of());
    if (bindings.size() != 1) {
      return Optional.empty();
    }
    ProgramValue bound =
        bindings.get(0) instanceof Binding.Literal literal
            ? literal.value()
            : constants.find(((Binding.Name) bindings.get(0)).name()).orElse(null);
    return bound instanceof TensorValue value ? Optional.of(value) : Optional.empty();
  }
}
