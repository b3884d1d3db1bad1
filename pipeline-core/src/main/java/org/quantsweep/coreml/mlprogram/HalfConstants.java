package org.quantsweep.coreml.mlprogram;

import java.util.List;
import org.quantsweep.coreml.Findings;

/** Looks for constants that half precision cannot hold where a function wants it to. */
final class HalfConstants {
  private static final float LARGEST_HALF = 65504;

  private HalfConstants() {}

  /** One sentence for each such constant, at most a few dozen; reads all half-precision ones. */
  static List<String> beyond(ProgramFunction function) {
    Findings findings = new Findings();
    look(function.body(), ConstantScope.ofFunction(), findings);
    return findings.warnings();
  }

  private static void look(ProgramBlock block, ConstantScope constants, Findings findings) {
    for (Operation operation : block.operations()) {
      if (operation.isConstant() || operation.isCompressed()) {
        constants.add(operation);
        operation.outputs().forEach(output -> look(output.name(), constants, findings));
      } else if (operation.type().equals("cast")) {
        cast(operation, constants, findings);
      }
      operation.blocks().forEach(inner -> look(inner, constants.within(), findings));
    }
  }

  private static void look(String name, ConstantScope constants, Findings findings) {
    constants
        .findOwn(name)
        .filter(TensorValue.class::isInstance)
        .map(TensorValue.class::cast)
        .filter(constant -> constant.type() == DataType.FLOAT16)
        .ifPresent(
            constant -> {
              int infinite = 0;
              boolean hasNumbers = false;
              for (float value : constant.floats()) {
                infinite += Float.isInfinite(value) ? 1 : 0;
                hasNumbers |= Float.isFinite(value) && value != 0;
              }
              // What is infinite alone or beside zeros was meant so: a bound, a mask.
              if (infinite > 0 && hasNumbers) {
                findings.warning(
                    "constant '"
                        + name
                        + "' is stored in half precision, and infinite at "
                        + infinite
                        + " of "
                        + constant.count()
                        + " places.");
              }
            });
  }

  private static void cast(Operation operation, ConstantScope constants, Findings findings) {
    boolean isToHalf =
        operation.outputs().stream()
            .anyMatch(
                output ->
                    output.type() instanceof ProgramType.Array array
                        && array.element() == DataType.FLOAT16);
    for (Binding binding : operation.inputs().getOrDefault("x", List.of())) {
      if (isToHalf
          && binding instanceof Binding.Name name
          && constants.find(name.name()).orElse(null) instanceof TensorValue constant
          && constant.type().isFloat()) {
        float largest = 0;
        for (float value : constant.floats()) {
          largest = Float.isFinite(value) ? Math.max(largest, Math.abs(value)) : largest;
        }
        if (largest > LARGEST_HALF) {
          findings.warning(
              "constant '"
                  + name.name()
                  + "' reaches "
                  + largest
                  + ", but '"
                  + operation.name()
                  + "' takes it to half precision, which ends at "
                  + (int) LARGEST_HALF
                  + ".");
        }
      }
    }
  }
}
