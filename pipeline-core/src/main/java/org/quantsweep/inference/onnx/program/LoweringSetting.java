package org.quantsweep.inference.onnx.program;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.quantsweep.coreml.mlprogram.ConstantScope;
import org.quantsweep.coreml.mlprogram.DataType;
import org.quantsweep.coreml.mlprogram.NamedType;
import org.quantsweep.coreml.mlprogram.Operation;
import org.quantsweep.coreml.mlprogram.ProgramFunction;
import org.quantsweep.coreml.mlprogram.ProgramType;
import org.quantsweep.coreml.mlprogram.ProgramValue;
import org.quantsweep.inference.onnx.ConstantEvaluator;
import org.quantsweep.inference.onnx.FloatPrecision;
import org.quantsweep.inference.onnx.OnnxGraph;

/** What stays the same from one graph of a function to the next. */
final class LoweringSetting {
  private final String model;
  private final ProgramFunction function;
  private final FloatPrecision precision;
  private final ConstantEvaluator evaluator;
  private final Map<String, String> answers;
  private final boolean watched;

  /** Constants by the operation that makes them: in a loop they are met again at every turn. */
  private final Map<Operation, Map<String, ProgramValue>> made =
      Collections.synchronizedMap(new IdentityHashMap<>());

  /**
   * A function that is to be lowered.
   *
   * @param model what messages call it
   * @param answers what it answers: for each value of its body the name of the answer
   * @param watched whether the largest magnitudes are answered too
   */
  LoweringSetting(
      String model,
      ProgramFunction function,
      FloatPrecision precision,
      ConstantEvaluator evaluator,
      Map<String, String> answers,
      boolean watched) {
    this.model = model;
    this.function = function;
    this.precision = precision;
    this.evaluator = evaluator;
    this.answers = Collections.unmodifiableMap(new LinkedHashMap<>(answers));
    this.watched = watched;
  }

  String model() {
    return model;
  }

  ProgramFunction function() {
    return function;
  }

  Map<String, String> answers() {
    return answers;
  }

  /** An empty graph. Its values get names of its own; only what is fed and answered keeps one. */
  ProgramGraph newGraph() {
    return new ProgramGraph(new OnnxGraph(answers.values()), precision, evaluator, watched);
  }

  /** Notes the constants that an operation makes. */
  void addConstants(Operation operation, ConstantScope scope) {
    Map<String, ProgramValue> known = made.get(operation);
    if (known == null) {
      known = scope.made(operation);
      made.put(operation, known);
    }
    scope.add(known);
  }

  /** Whether a state is stored in half precision. */
  boolean isHalf(String state) {
    for (NamedType input : function.inputs()) {
      if (input.name().equals(state) && input.type() instanceof ProgramType.State wrapped) {
        return wrapped.wrapped().element() == DataType.FLOAT16;
      }
    }
    return false;
  }
}
