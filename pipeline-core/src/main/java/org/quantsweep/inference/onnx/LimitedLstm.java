package org.quantsweep.inference.onnx;

import java.util.ArrayList;
import java.util.List;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;

/**
 * An LSTM whose cells are limited after each step. ONNX limits what goes into the gates instead, so
 * the steps stand in the graph one after the other.
 */
public final class LimitedLstm {
  /** The longest sequence that is written out so, over all directions. */
  public static final int MOST_STEPS = 2048;

  private final OnnxGraph graph;
  private final Recurrence recurrence;
  private final float limit;

  private LimitedLstm(OnnxGraph graph, Recurrence recurrence, float limit) {
    this.graph = graph;
    this.recurrence = recurrence;
    this.limit = limit;
  }

  /**
   * Adds it to a graph, as {@link Recurrence#emit} does.
   *
   * @param recurrence an LSTM
   * @param limit the largest magnitude of a cell after a step
   */
  public static Recurrence.Answers emit(
      OnnxGraph graph,
      Recurrence recurrence,
      float limit,
      String sequence,
      List<List<String>> states) {
    int length = graph.shape(sequence).length(0);
    int directions = recurrence.weights().size();
    if ((long) length * directions > MOST_STEPS) {
      throw new UnsupportedLayerException(
          "it limits its cells over " + length + " steps, more than " + MOST_STEPS);
    }
    LimitedLstm lstm = new LimitedLstm(graph, recurrence, limit);
    List<List<String>> hidden = new ArrayList<>();
    List<String> lastHidden = new ArrayList<>();
    List<String> lastCells = new ArrayList<>();
    for (int direction = 0; direction < directions; direction++) {
      boolean backwards = direction == 1 || recurrence.scan() == Recurrence.Scan.REVERSE;
      State state =
          new State(
              lstm.first(states, 0, direction, sequence),
              lstm.first(states, 1, direction, sequence));
      List<String> steps = new ArrayList<>();
      for (int step = 0; step < length; step++) {
        String x = lstm.element(sequence, backwards ? length - 1 - step : step);
        state = lstm.step(x, state, direction);
        // In the order of the sequence, whichever way it is read.
        steps.add(backwards ? 0 : steps.size(), state.hidden());
      }
      hidden.add(steps);
      lastHidden.add(state.hidden());
      lastCells.add(state.cell());
    }
    List<String> elements = new ArrayList<>();
    for (int step = 0; step < length; step++) {
      int at = step;
      elements.add(
          Slices.stacked(graph, hidden.stream().map(direction -> direction.get(at)).toList(), 0));
    }
    return new Recurrence.Answers(
        Slices.stacked(graph, elements, 0),
        List.of(Slices.stacked(graph, lastHidden, 0), Slices.stacked(graph, lastCells, 0)));
  }

  private record State(String hidden, String cell) {}

  private String first(List<List<String>> states, int kind, int direction, String sequence) {
    Shape shape = Shape.of(graph.shape(sequence).length(1), recurrence.outputs());
    return states.isEmpty()
        ? graph.constant(shape, new float[Math.toIntExact(shape.elementCount())])
        : graph.reshape(states.get(kind).get(direction), shape);
  }

  private String element(String sequence, int at) {
    Shape shape = graph.shape(sequence);
    String cut = Slices.cut(graph, sequence, 0, Cut.of(shape.length(0), at, at + 1L, 1));
    return graph.reshape(cut, Shape.of(shape.length(1), shape.length(2)));
  }

  /** One step; gates in ONNX's order: input, output, forget, cell. */
  private State step(String x, State state, int direction) {
    Recurrence.Weights weights = recurrence.weights().get(direction);
    List<RecurrentActivation> functions =
        recurrence.activations().subList(3 * direction, 3 * direction + 3);
    String input = function(functions.get(0), gate(x, state, weights, 0, state.cell()));
    String forget =
        recurrence.cell() == Recurrence.Cell.COUPLED_LSTM
            ? graph.binary("Sub", graph.scalar(1), input)
            : function(functions.get(0), gate(x, state, weights, 2, state.cell()));
    String fresh = function(functions.get(1), gate(x, state, weights, 3, ""));
    String kept = graph.binary("Mul", forget, state.cell());
    String sum = graph.binary("Add", kept, graph.binary("Mul", input, fresh));
    String cell = limited(sum, limit);
    String output = function(functions.get(0), gate(x, state, weights, 1, cell));
    return new State(graph.binary("Mul", output, function(functions.get(2), cell)), cell);
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
    return recurrence.clip() < Float.MAX_VALUE ? limited(sum, recurrence.clip()) : sum;
  }

  private String limited(String value, float most) {
    return graph.node(
        "Clip", graph.shape(value), List.of(value, graph.scalar(-most), graph.scalar(most)));
  }

  private String product(String rows, Tensor matrix) {
    Shape shape = Shape.of(graph.shape(rows).length(0), matrix.shape().length(0));
    return graph.node("Gemm", shape, List.of(rows, constant(matrix)), Attribute.of("transB", 1));
  }

  private String constant(Tensor numbers) {
    return graph.constant(numbers.shape(), numbers.sharedArray());
  }

  private String function(RecurrentActivation activation, String value) {
    List<Float> parameters = activation.parameters();
    return switch (activation.function()) {
      case SIGMOID -> graph.unary("Sigmoid", value);
      case TANH -> graph.unary("Tanh", value);
      case RELU -> graph.unary("Relu", value);
      case AFFINE ->
          graph.binary("Add", times(parameters.get(0), value), graph.scalar(parameters.get(1)));
      case SCALED_TANH ->
          times(parameters.get(0), graph.unary("Tanh", times(parameters.get(1), value)));
      case HARD_SIGMOID ->
          graph.unary(
              "HardSigmoid",
              value,
              Attribute.of("alpha", parameters.get(0)),
              Attribute.of("beta", parameters.get(1)));
    };
  }

  private String times(float factor, String value) {
    return graph.binary("Mul", graph.scalar(factor), value);
  }
}
