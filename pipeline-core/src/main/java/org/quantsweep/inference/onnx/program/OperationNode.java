package org.quantsweep.inference.onnx.program;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.quantsweep.coreml.mlprogram.Binding;
import org.quantsweep.coreml.mlprogram.DataType;
import org.quantsweep.coreml.mlprogram.HiddenStates;
import org.quantsweep.coreml.mlprogram.NamedType;
import org.quantsweep.coreml.mlprogram.Operation;
import org.quantsweep.coreml.mlprogram.Opset;
import org.quantsweep.coreml.mlprogram.ProgramType;
import org.quantsweep.coreml.mlprogram.ProgramValue;
import org.quantsweep.coreml.mlprogram.TensorValue;
import org.quantsweep.inference.onnx.OnnxGraph;
import org.quantsweep.inference.onnx.UnsupportedLayerException;
import org.quantsweep.quantize.HalfPrecisionCodec;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;

/**
 * One operation while it is lowered: its parameters by name, with the defaults of its opset given
 * by whoever reads them, and its outputs.
 */
final class OperationNode {
  private final Operation operation;
  private final Opset opset;
  private final ProgramGraph graph;
  private final Function<String, Value> values;
  private final Value[] answers;

  /**
   * An operation.
   *
   * @param values what names stand for
   */
  OperationNode(
      Operation operation, Opset opset, ProgramGraph graph, Function<String, Value> values) {
    this.operation = operation;
    this.opset = opset;
    this.graph = graph;
    this.values = values;
    this.answers = new Value[operation.outputs().size()];
  }

  String type() {
    return operation.type();
  }

  /** Whether its function's opset is this one or a later one. */
  boolean isSince(Opset first) {
    return opset.isAtLeast(first);
  }

  OnnxGraph graph() {
    return graph.onnx();
  }

  ProgramGraph program() {
    return graph;
  }

  // ---- parameters

  /** Whether a parameter is bound. */
  boolean has(String parameter) {
    List<Binding> bindings = operation.inputs().get(parameter);
    return bindings != null && !bindings.isEmpty();
  }

  /** What a parameter stands for. */
  Value value(String parameter) {
    if (!has(parameter)) {
      throw new UnsupportedLayerException("its parameter '" + parameter + "' is missing");
    }
    return bound(operation.inputs().get(parameter).get(0));
  }

  /** What a parameter that takes several stands for. */
  List<Value> severalValues(String parameter) {
    List<Value> several = new ArrayList<>();
    for (Binding binding : operation.inputs().getOrDefault(parameter, List.of())) {
      if (binding instanceof Binding.Literal literal
          && literal.value() instanceof ProgramValue.Several list) {
        list.values().forEach(value -> several.add(literal(value)));
      } else {
        several.add(bound(binding));
      }
    }
    return several;
  }

  private Value bound(Binding binding) {
    return binding instanceof Binding.Literal literal
        ? literal(literal.value())
        : values.apply(((Binding.Name) binding).name());
  }

  private static Value literal(ProgramValue value) {
    return value instanceof TensorValue tensor ? new Value.Constant(tensor) : new Value.Label();
  }

  /** The name of a parameter's value in the graph. */
  String input(String parameter) {
    return graph.name(value(parameter));
  }

  /** The name of an optional parameter's value in the graph. */
  Optional<String> optional(String parameter) {
    return has(parameter) ? Optional.of(input(parameter)) : Optional.empty();
  }

  /** The names of the values of a parameter that takes several. */
  List<String> inputs(String parameter) {
    return severalValues(parameter).stream().map(graph::name).toList();
  }

  /** The shape of a parameter's value. */
  Shape shape(String parameter) {
    return graph.shape(value(parameter));
  }

  /** What a parameter's elements are. */
  DataType dataType(String parameter) {
    return ProgramGraph.type(value(parameter));
  }

  /** Whether a parameter's value is the same in every run. */
  boolean isConstant(String parameter) {
    return graph.isConstant(value(parameter));
  }

  /**
   * The numbers or texts of a parameter.
   *
   * @throws NeedsValueException when only a run tells them
   */
  TensorValue constant(String parameter) {
    return graph.constant(value(parameter));
  }

  /** The numbers of a parameter in its shape. */
  Tensor tensor(String parameter) {
    TensorValue value = constant(parameter);
    return Tensor.wrap(value.shape(), value.floats());
  }

  /** A whole number. */
  int integer(String parameter) {
    long[] numbers = constant(parameter).integers();
    if (numbers.length != 1) {
      throw new UnsupportedLayerException(
          "its parameter '" + parameter + "' has " + numbers.length + " elements, not 1");
    }
    return clamped(numbers[0]);
  }

  int integer(String parameter, int otherwise) {
    return has(parameter) ? integer(parameter) : otherwise;
  }

  /** Whole numbers in order. */
  List<Integer> integers(String parameter) {
    List<Integer> numbers = new ArrayList<>();
    for (long number : constant(parameter).integers()) {
      numbers.add(clamped(number));
    }
    return numbers;
  }

  private static int clamped(long number) {
    return (int) Math.max(Integer.MIN_VALUE, Math.min(Integer.MAX_VALUE, number));
  }

  List<Integer> integers(String parameter, List<Integer> otherwise) {
    return has(parameter) ? integers(parameter) : otherwise;
  }

  /** A truth value. */
  boolean flag(String parameter, boolean otherwise) {
    return has(parameter) ? integer(parameter) != 0 : otherwise;
  }

  /** Truth values in order; empty where the parameter is not bound. */
  List<Boolean> flags(String parameter) {
    return integers(parameter, List.of()).stream().map(number -> number != 0).toList();
  }

  /** A number. */
  float number(String parameter) {
    float[] numbers = constant(parameter).floats();
    if (numbers.length != 1) {
      throw new UnsupportedLayerException(
          "its parameter '" + parameter + "' has " + numbers.length + " elements, not 1");
    }
    return numbers[0];
  }

  float number(String parameter, float otherwise) {
    return has(parameter) ? number(parameter) : otherwise;
  }

  /** A small number, which is one of the input's type: in half precision it may be 0. */
  float epsilon(float otherwise) {
    if (has("epsilon")) {
      return number("epsilon");
    }
    return dataType("x") == DataType.FLOAT16
        ? HalfPrecisionCodec.toFloat(HalfPrecisionCodec.toHalf(otherwise))
        : otherwise;
  }

  /** A text. */
  String text(String parameter) {
    TensorValue value = constant(parameter);
    if (value.type() != DataType.STRING || value.count() != 1) {
      throw new UnsupportedLayerException("its parameter '" + parameter + "' is no text");
    }
    return value.texts().get(0);
  }

  String text(String parameter, String otherwise) {
    return has(parameter) ? text(parameter) : otherwise;
  }

  // ---- outputs

  int outputCount() {
    return operation.outputs().size();
  }

  /** What the program declares an output's elements to be. */
  DataType outputType(int index) {
    ProgramType type = operation.outputs().get(index).type();
    if (type instanceof ProgramType.Array array) {
      return array.element();
    }
    throw new UnsupportedLayerException(
        "its output '" + operation.outputs().get(index).name() + "' is declared as " + type);
  }

  /** Answers the only output, or the first, with a value of the graph. */
  void answer(String name) {
    answer(0, name);
  }

  void answer(int index, String name) {
    if (index < answers.length) {
      Value.Computed answer = graph.computed(name, outputType(index));
      graph.watch(operation.outputs().get(index).name(), answer);
      answers[index] = answer;
    }
  }

  /**
   * Answers what a recurrent cell hands itself, where somebody asks for it.
   *
   * @param backwards of the direction that reads from the end
   * @param states adds the states before each step to the graph, {@code [S, B, H]}
   */
  void answerStates(boolean backwards, Supplier<String> states) {
    String name = HiddenStates.before(operation, backwards);
    if (graph.isSeen(name)) {
      graph.see(name, graph.computed(states.get(), outputType(0)));
    }
  }

  /** Answers an output with anything. */
  void answerValue(int index, Value value) {
    answers[index] = value;
  }

  /** Answers an output with a constant. */
  void answerConstant(int index, TensorValue value) {
    answers[index] = new Value.Constant(value);
  }

  /** The answers by name, once it is lowered. */
  List<Value> answers() {
    for (int i = 0; i < answers.length; i++) {
      if (answers[i] == null) {
        throw new UnsupportedLayerException(
            "its output '" + operation.outputs().get(i).name() + "' has no meaning here");
      }
    }
    return List.of(answers);
  }

  List<NamedType> outputs() {
    return operation.outputs();
  }
}
