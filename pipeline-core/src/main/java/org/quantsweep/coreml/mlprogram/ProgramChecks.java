package org.quantsweep.coreml.mlprogram;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.quantsweep.coreml.Findings;

/**
 * Checks what Apple's validator lets through and its compiler does not: names that nothing defines,
 * operations that an opset does not know, constants that cannot be decoded.
 */
final class ProgramChecks {
  private final Findings findings;

  private ProgramChecks(Findings findings) {
    this.findings = findings;
  }

  static void check(Program program, Findings findings) {
    ProgramChecks checks = new ProgramChecks(findings);
    program.functions().values().forEach(checks::function);
  }

  /** Names that a block sees. */
  private static final class Names {
    private final Names around;
    private final ConstantScope constants;
    private final Set<String> own = new HashSet<>();

    private Names(Names around, ConstantScope constants) {
      this.around = around;
      this.constants = constants;
    }

    private boolean has(String name) {
      return own.contains(name) || (around != null && around.has(name));
    }
  }

  private void function(ProgramFunction function) {
    Names names = new Names(null, ConstantScope.ofFunction());
    String where = "function '" + function.name() + "'";
    inputs(where, function.inputs(), names);
    block(where, function.body(), names, function.opset());
  }

  private void inputs(String where, List<NamedType> inputs, Names names) {
    for (NamedType input : inputs) {
      if (!names.own.add(input.name())) {
        findings.problem(where + ": input '" + input.name() + "' is declared more than once.");
      }
    }
  }

  private void block(String where, ProgramBlock block, Names names, Opset opset) {
    inputs(where, block.inputs(), names);
    for (Operation operation : block.operations()) {
      operation(operation, names, opset);
      for (NamedType output : operation.outputs()) {
        if (!names.own.add(output.name())) {
          findings.problem(
              where + ": value '" + output.name() + "' is made more than once in its block.");
        }
      }
    }
    for (String output : block.outputs()) {
      if (!names.has(output)) {
        findings.problem(where + " answers '" + output + "', which nothing defines.");
      }
    }
  }

  private void operation(Operation operation, Names names, Opset opset) {
    String where = "'" + operation.name() + "' (" + operation.type() + ")";
    Optional<Opset> first = OperationTypes.first(operation.type());
    if (first.isEmpty()) {
      findings.problem(where + " is of a type that no opset up to CoreML9 has.");
    } else if (!opset.isAtLeast(first.get())) {
      findings.problem(
          where
              + " is of a type that opset "
              + opset
              + " has not: it came with "
              + first.get()
              + ".");
    }
    Map<String, List<Binding>> inputs = new HashMap<>(operation.inputs());
    inputs.forEach(
        (parameter, bindings) -> {
          for (Binding binding : bindings) {
            if (binding instanceof Binding.Name name && !names.has(name.name())) {
              findings.problem(
                  where
                      + ": parameter '"
                      + parameter
                      + "' takes '"
                      + name.name()
                      + "', which nothing before it defines.");
            }
          }
        });
    if (operation.outputs().isEmpty() && !OperationTypes.mayAnswerNothing(operation.type())) {
      findings.problem(where + " has no output.");
      return;
    }
    if (operation.isConstant() || operation.isCompressed()) {
      try {
        names.constants.add(operation);
      } catch (IllegalArgumentException | ArithmeticException e) {
        findings.problem(where + ": " + e.getMessage() + ".");
      }
    }
    int blocks = OperationTypes.blocks(operation.type());
    if (operation.blocks().size() != blocks) {
      findings.problem(
          where + " has " + operation.blocks().size() + " blocks, but needs " + blocks + ".");
      return;
    }
    for (ProgramBlock block : operation.blocks()) {
      block(where, block, new Names(names, names.constants.within()), opset);
    }
  }
}
