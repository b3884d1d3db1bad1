package org.quantsweep.inference.onnx.program;

import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.quantsweep.coreml.mlprogram.Binding;
import org.quantsweep.coreml.mlprogram.ConstantScope;
import org.quantsweep.coreml.mlprogram.DataType;
import org.quantsweep.coreml.mlprogram.NamedType;
import org.quantsweep.coreml.mlprogram.Operation;
import org.quantsweep.coreml.mlprogram.ProgramBlock;
import org.quantsweep.coreml.mlprogram.ProgramFunction;
import org.quantsweep.coreml.mlprogram.ProgramType;
import org.quantsweep.coreml.mlprogram.ProgramValue;
import org.quantsweep.coreml.mlprogram.ProgramWeights;
import org.quantsweep.coreml.mlprogram.TensorValue;
import org.quantsweep.inference.onnx.ConstantEvaluator;
import org.quantsweep.inference.onnx.FloatPrecision;
import org.quantsweep.inference.onnx.OnnxGraph;
import org.quantsweep.tensor.Tensor;

/** What stays the same from one graph of a function to the next. */
final class LoweringSetting {
  private final String model;
  private final ProgramFunction function;
  private final FloatPrecision precision;
  private final ConstantEvaluator evaluator;
  private final Map<String, String> answers;
  private final boolean watched;
  private final Set<String> seen;
  private final int end;
  private final IdentityHashMap<Operation, Map<String, Tensor>> replaced = new IdentityHashMap<>();

  /** Biases of operations that have none. */
  private final IdentityHashMap<Operation, Tensor> biased = new IdentityHashMap<>();

  /** Constants by the operation that makes them: in a loop they are met again at every turn. */
  private final Map<Operation, Map<String, ProgramValue>> made =
      Collections.synchronizedMap(new IdentityHashMap<>());

  /**
   * What is lowered of a function.
   *
   * @param answers what is answered: for each value of its body the name of the answer
   * @param watched whether the largest magnitudes are answered too
   * @param seen values inside its blocks and cells that are answered each time that they are made
   * @param end the operation of its body before which the graph ends
   */
  record Extent(Map<String, String> answers, boolean watched, Set<String> seen, int end) {
    Extent {
      answers = Collections.unmodifiableMap(new LinkedHashMap<>(answers));
      seen = Set.copyOf(seen);
    }
  }

  /**
   * A function that is to be lowered.
   *
   * @param model what messages call it
   */
  LoweringSetting(
      String model,
      ProgramFunction function,
      FloatPrecision precision,
      ConstantEvaluator evaluator,
      Extent extent) {
    this.model = model;
    this.function = function;
    this.precision = precision;
    this.evaluator = evaluator;
    this.answers = extent.answers();
    this.watched = extent.watched();
    this.seen = extent.seen();
    this.end = extent.end();
  }

  /** Takes other values for a constant, in its shape. */
  void replace(ProgramWeights.Origin constant, Tensor values) {
    replaced
        .computeIfAbsent(constant.maker(), maker -> new HashMap<>())
        .put(constant.output(), values);
  }

  /** Gives an operation that has no bias one, shape {@code [C_out]}. */
  void addBias(Operation operation, Tensor values) {
    biased.put(operation, values);
  }

  /** An operation as it is tried: with a bias where it is given one. */
  Operation tried(Operation operation) {
    Tensor bias = biased.get(operation);
    if (bias == null) {
      return operation;
    }
    DataType type = ((ProgramType.Array) operation.outputs().get(0).type()).element();
    Map<String, List<Binding>> inputs = new LinkedHashMap<>(operation.inputs());
    inputs.put(
        "bias",
        List.of(new Binding.Literal(TensorValue.floats(type, bias.shape(), bias::sharedArray))));
    return new Operation(
        operation.type(), inputs, operation.attributes(), operation.outputs(), operation.blocks());
  }

  /** The operation of the function's body before which the graph ends. */
  int end() {
    return end;
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
    return new ProgramGraph(new OnnxGraph(answers.values()), precision, evaluator, seen, watched);
  }

  /**
   * A block that goes on at one of its operations: the constants before it are known.
   *
   * @param around null for a function's body
   */
  Frame frame(Frame.Kind kind, ProgramBlock block, int next, Frame around) {
    Frame frame = new Frame(kind, block, around);
    for (Operation operation : block.operations().subList(0, next)) {
      if (operation.isConstant() || operation.isCompressed()) {
        addConstants(operation, frame.constants());
      }
    }
    frame.goTo(next);
    return frame;
  }

  /** Notes the constants that an operation makes. */
  void addConstants(Operation operation, ConstantScope scope) {
    Map<String, ProgramValue> known = made.get(operation);
    if (known == null) {
      known = withReplaced(operation, scope.made(operation));
      made.put(operation, known);
    }
    scope.add(known);
  }

  private Map<String, ProgramValue> withReplaced(
      Operation operation, Map<String, ProgramValue> own) {
    Map<String, Tensor> others = replaced.get(operation);
    if (others == null) {
      return own;
    }
    Map<String, ProgramValue> changed = new HashMap<>(own);
    others.forEach(
        (name, values) -> {
          TensorValue given = (TensorValue) own.get(name);
          changed.put(name, TensorValue.floats(given.type(), given.shape(), values::sharedArray));
        });
    return changed;
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
