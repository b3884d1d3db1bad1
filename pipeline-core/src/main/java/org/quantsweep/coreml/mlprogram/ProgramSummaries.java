package org.quantsweep.coreml.mlprogram;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.quantsweep.coreml.FunctionSummary;

/** What functions of a program say about themselves, for people to read. */
final class ProgramSummaries {
  private ProgramSummaries() {}

  /**
   * Of one function.
   *
   * @param defaults of its optional inputs, by name
   */
  static FunctionSummary of(ProgramFunction function, Map<String, Float> defaults) {
    TreeMap<String, String> types = new TreeMap<>();
    List<String> states = new ArrayList<>();
    Map<String, ProgramType> known = new HashMap<>();
    for (NamedType input : function.inputs()) {
      known.put(input.name(), input.type());
      types.put(input.name(), input.type().toString());
      if (input.type() instanceof ProgramType.State state) {
        states.add(input.name());
        types.put(input.name(), state.wrapped().toString());
      }
    }
    List<FunctionSummary.Step> steps = new ArrayList<>();
    for (Operation operation : function.body().operations()) {
      operation.outputs().forEach(output -> known.put(output.name(), output.type()));
      add(operation, steps);
    }
    for (String output : function.body().outputs()) {
      if (known.containsKey(output)) {
        types.put(output, known.get(output).toString());
      }
    }
    return new FunctionSummary(
        function.name(),
        new FunctionSummary.Needs(function.opset().toString(), function.opset().system()),
        types,
        new TreeMap<>(defaults),
        states,
        steps);
  }

  private static void add(Operation operation, List<FunctionSummary.Step> steps) {
    if (operation.isConstant() || operation.isCompressed()) {
      return;
    }
    steps.add(
        new FunctionSummary.Step(
            operation.name(),
            operation.type(),
            operation.outputs().stream()
                .map(output -> new FunctionSummary.Value(output.name(), output.type().toString()))
                .toList()));
    for (ProgramBlock block : operation.blocks()) {
      block.operations().forEach(inner -> add(inner, steps));
    }
  }
}
