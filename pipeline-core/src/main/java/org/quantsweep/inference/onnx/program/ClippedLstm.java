package org.quantsweep.inference.onnx.program;

import java.util.ArrayList;
import java.util.List;
import org.quantsweep.inference.onnx.Attribute;
import org.quantsweep.inference.onnx.Cut;
import org.quantsweep.inference.onnx.OnnxGraph;
import org.quantsweep.inference.onnx.Recurrence;
import org.quantsweep.inference.onnx.RecurrentActivation;
import org.quantsweep.inference.onnx.Slices;
import org.quantsweep.inference.onnx.UnsupportedLayerException;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;

/**
 * An LSTM whose cells are limited after each step. ONNX limits what goes into the gates instead, so
 * the steps stand in the graph one after the other.
 */
final class ClippedLstm {
  static final int MOST_STEPS = 2048;

  private final OnnxGraph graph;
  private final List<RecurrentActivation> functions;
  private final float clip;

  private ClippedLstm(OnnxGraph graph, List<RecurrentActivation> functions, float clip) {
    this.graph = graph;
    this.functions = functions;
    this.clip = clip;
  }

  static void run(
      OperationNode node,
      List<Recurrence.Weights> weights,
      List<RecurrentActivation> functions,
      float clip) {
    OnnxGraph graph = node.graph();
    int outputs = weights.get(0).recursions().get(0).shape().length(1);
    int length = node.shape("x").length(0);
    if (length * weights.size() > MOST_STEPS) {
      throw new UnsupportedLayerException(
          "it limits its cells over " + length + " steps, more than " + MOST_STEPS);
    }
    List<String> hidden =
        RecurrentOperations.directions(graph, node.input("initial_h"), weights.size(), outputs);
    List<String> cells =
        RecurrentOperations.directions(graph, node.input("initial_c"), weights.size(), outputs);
    ClippedLstm lstm = new ClippedLstm(graph, functions, clip);
    List<String> sequences = new ArrayList<>();
    List<String> lastHidden = new ArrayList<>();
    List<String> lastCells = new ArrayList<>();
    boolean all = node.flag("output_sequence", false);
    for (int i = 0; i < weights.size(); i++) {
      boolean backwards = i == 1 || RecurrentOperations.isReverse(node);
      State state = new State(hidden.get(i), cells.get(i));
      List<String> steps = new ArrayList<>();
      for (int step = 0; step < length; step++) {
        int at = backwards ? length - 1 - step : step;
        String x = lstm.element(node.input("x"), at);
        state = lstm.step(x, state, weights.get(i));
        // Both directions are answered in the order of the input, a single one as it was read.
        steps.add(i == 1 ? 0 : steps.size(), state.hidden());
      }
      sequences.add(all ? Slices.stacked(graph, steps, 0) : lstm.unsqueezed(state.hidden()));
      lastHidden.add(state.hidden());
      lastCells.add(state.cell());
    }
    node.answer(0, lstm.beside(sequences, 2));
    node.answer(1, lstm.beside(lastHidden, 1));
    node.answer(2, lstm.beside(lastCells, 1));
  }

  private record State(String hidden, String cell) {}

  private String beside(List<String> parts, int axis) {
    return parts.size() == 1 ? parts.get(0) : Slices.concatenated(graph, parts, axis);
  }

  private String unsqueezed(String value) {
    Shape shape = graph.shape(value);
    return graph.reshape(value, Shape.of(1, shape.length(0), shape.length(1)));
  }

  private String element(String sequence, int at) {
    Shape shape = graph.shape(sequence);
    String cut = Slices.cut(graph, sequence, 0, Cut.of(shape.length(0), at, at + 1L, 1));
    return graph.reshape(cut, Shape.of(shape.length(1), shape.length(2)));
  }

  /** One step; gates in ONNX's order: input, output, forget, cell. */
  private State step(String x, State state, Recurrence.Weights weights) {
    String input = function(0, gate(x, state, weights, 0, state.cell()));
    String forget = function(0, gate(x, state, weights, 2, state.cell()));
    String fresh = function(1, gate(x, state, weights, 3, ""));
    String kept = graph.binary("Mul", forget, state.cell());
    String cell = graph.binary("Add", kept, graph.binary("Mul", input, fresh));
    cell =
        graph.node(
            "Clip", graph.shape(cell), List.of(cell, graph.scalar(-clip), graph.scalar(clip)));
    String output = function(0, gate(x, state, weights, 1, cell));
    return new State(graph.binary("Mul", output, function(2, cell)), cell);
  }

  private String gate(String x, State state, Recurrence.Weights weights, int gate, String seen) {
    String sum =
        graph.binary(
            "Add",
            product(x, weights.inputs().get(gate)),
            product(state.hidden(), weights.recursions().get(gate)));
    if (!weights.biases().isEmpty()) {
      sum = graph.binary("Add", sum, constant(weights.biases().get(gate)));
    }
    if (!weights.peepholes().isEmpty() && !seen.isEmpty()) {
      String peeped = graph.binary("Mul", seen, constant(weights.peepholes().get(gate)));
      sum = graph.binary("Add", sum, peeped);
    }
    return sum;
  }

  private String product(String rows, Tensor matrix) {
    Shape shape = Shape.of(graph.shape(rows).length(0), matrix.shape().length(0));
    return graph.node("Gemm", shape, List.of(rows, constant(matrix)), Attribute.of("transB", 1));
  }

  private String constant(Tensor numbers) {
    return graph.constant(numbers.shape(), numbers.sharedArray());
  }

  private String function(int index, String value) {
    RecurrentActivation activation = functions.get(index);
    List<Float> parameters = activation.parameters();
    return switch (activation.function()) {
      case SIGMOID -> graph.unary("Sigmoid", value);
      case TANH, SCALED_TANH -> graph.unary("Tanh", value);
      case RELU -> graph.unary("Relu", value);
      case AFFINE -> value;
      case HARD_SIGMOID ->
          graph.unary(
              "HardSigmoid",
              value,
              Attribute.of("alpha", parameters.get(0)),
              Attribute.of("beta", parameters.get(1)));
    };
  }
}
