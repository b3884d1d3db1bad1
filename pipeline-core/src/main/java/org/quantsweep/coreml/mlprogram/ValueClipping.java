package org.quantsweep.coreml.mlprogram;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.quantsweep.coreml.Clipping;

/** What clips the output of an operation: the one operation that reads it. */
final class ValueClipping {
  private final List<ProgramFunction> functions;

  ValueClipping(List<ProgramFunction> functions) {
    this.functions = List.copyOf(functions);
  }

  /**
   * What becomes of an operation's output.
   *
   * @param constants that the operation sees, and all behind it in its block
   */
  Clipping of(Operation operation, ConstantScope constants) {
    for (ProgramFunction function : functions) {
      Optional<ProgramBlock> block = block(function.body(), operation);
      if (block.isPresent() && operation.outputs().size() == 1) {
        return of(operation.outputs().get(0).name(), block.get(), constants);
      }
    }
    return Clipping.NONE;
  }

  /** Operations of several functions may be alike: the very one is wanted. */
  @SuppressWarnings("ReferenceEquality")
  private static Optional<ProgramBlock> block(ProgramBlock block, Operation wanted) {
    for (Operation operation : block.operations()) {
      if (operation == wanted) {
        return Optional.of(block);
      }
      for (ProgramBlock inner : operation.blocks()) {
        Optional<ProgramBlock> found = block(inner, wanted);
        if (found.isPresent()) {
          return found;
        }
      }
    }
    return Optional.empty();
  }

  private static Clipping of(String value, ProgramBlock block, ConstantScope constants) {
    List<Operation> readers =
        block.operations().stream().filter(other -> read(other).contains(value)).toList();
    if (readers.size() != 1 || block.outputs().contains(value)) {
      return Clipping.NONE;
    }
    Operation reader = readers.get(0);
    return switch (reader.type()) {
      case "relu" -> new Clipping(0, Double.POSITIVE_INFINITY);
      case "relu6" -> new Clipping(0, 6);
      case "clip" -> clip(reader, constants);
      default -> Clipping.NONE;
    };
  }

  private static Clipping clip(Operation reader, ConstantScope constants) {
    Optional<TensorValue> least = constants.parameter(reader, "alpha");
    Optional<TensorValue> most = constants.parameter(reader, "beta");
    return least.isPresent() && most.isPresent()
        ? new Clipping(least.get().floats()[0], most.get().floats()[0])
        : Clipping.NONE;
  }

  /** The values that an operation reads, its blocks included. */
  private static Set<String> read(Operation operation) {
    Set<String> names = new HashSet<>();
    for (List<Binding> bindings : operation.inputs().values()) {
      for (Binding binding : bindings) {
        if (binding instanceof Binding.Name name) {
          names.add(name.name());
        }
      }
    }
    for (ProgramBlock block : operation.blocks()) {
      names.addAll(block.outputs());
      block.operations().forEach(inner -> names.addAll(read(inner)));
    }
    return names;
  }
}
