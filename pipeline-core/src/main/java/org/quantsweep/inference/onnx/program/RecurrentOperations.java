package org.quantsweep.inference.onnx.program;

import java.util.ArrayList;
import java.util.List;
import org.quantsweep.inference.onnx.Attribute;
import org.quantsweep.inference.onnx.Cut;
import org.quantsweep.inference.onnx.LimitedLstm;
import org.quantsweep.inference.onnx.OnnxGraph;
import org.quantsweep.inference.onnx.Recurrence;
import org.quantsweep.inference.onnx.RecurrentActivation;
import org.quantsweep.inference.onnx.Slices;
import org.quantsweep.inference.onnx.UnsupportedLayerException;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;

/**
 * Recurrent cells over sequences {@code [S, B, I]}, with states {@code [B, H]}; of both directions
 * they lie beside each other. Reverse sequences are answered in the order in which they are read.
 */
final class RecurrentOperations {
  /** Nothing is limited on its way into an activation. */
  private static final float NO_CLIP = Float.MAX_VALUE;

  /** Programs hold input, forget, output, cell; ONNX wants input, output, forget, cell. */
  private static final List<Integer> LSTM_GATES = List.of(0, 2, 1, 3);

  /** Programs hold reset, hidden, update; ONNX wants update, reset, hidden. */
  private static final List<Integer> GRU_GATES = List.of(2, 0, 1);

  private RecurrentOperations() {}

  static void simple(OperationNode node) {
    List<Integer> gates = List.of(0);
    Recurrence.Weights weights =
        new Recurrence.Weights(
            rows(node, "weight_ih", gates),
            rows(node, "weight_hh", gates),
            node.has("bias") ? rows(node, "bias", gates) : List.of(),
            List.of());
    List<RecurrentActivation> functions = List.of(activation(node.text("activation", "tanh")));
    run(node, Recurrence.Cell.SIMPLE, List.of(weights), functions);
  }

  static void gru(OperationNode node) {
    boolean after = node.flag("reset_after", false);
    List<Tensor> inner = node.has("bias") ? rows(node, "bias", GRU_GATES) : List.of();
    List<Tensor> outer = node.has("input_bias") ? rows(node, "input_bias", GRU_GATES) : List.of();
    Recurrence.Weights weights =
        new Recurrence.Weights(
            rows(node, "weight_ih", GRU_GATES),
            rows(node, "weight_hh", GRU_GATES),
            after ? outer : sum(inner, outer),
            after ? inner : List.of(),
            List.of());
    List<RecurrentActivation> functions =
        List.of(
            activation(node.text("recurrent_activation", "sigmoid")),
            activation(node.text("activation", "tanh")));
    run(
        node,
        after ? Recurrence.Cell.GRU_RESET_AFTER : Recurrence.Cell.GRU,
        List.of(weights),
        functions);
  }

  private static List<Tensor> sum(List<Tensor> one, List<Tensor> other) {
    if (other.isEmpty()) {
      return one;
    }
    List<Tensor> sums = new ArrayList<>();
    for (int gate = 0; gate < other.size(); gate++) {
      float[] numbers = other.get(gate).toArray();
      for (int i = 0; i < numbers.length && !one.isEmpty(); i++) {
        numbers[i] += one.get(gate).get(i);
      }
      sums.add(Tensor.wrap(other.get(gate).shape(), numbers));
    }
    return sums;
  }

  static void lstm(OperationNode node) {
    List<Recurrence.Weights> weights = new ArrayList<>(List.of(lstmWeights(node, "")));
    if (node.text("direction", "forward").equals("bidirectional")) {
      weights.add(lstmWeights(node, "_back"));
    }
    List<RecurrentActivation> functions = new ArrayList<>();
    for (int i = 0; i < weights.size(); i++) {
      functions.add(activation(node.text("recurrent_activation", "sigmoid")));
      functions.add(activation(node.text("cell_activation", "tanh")));
      functions.add(activation(node.text("activation", "tanh")));
    }
    run(
        node,
        Recurrence.Cell.LSTM,
        weights,
        functions,
        node.has("clip") ? node.number("clip") : NO_CLIP);
  }

  private static Recurrence.Weights lstmWeights(OperationNode node, String back) {
    return new Recurrence.Weights(
        rows(node, "weight_ih" + back, LSTM_GATES),
        rows(node, "weight_hh" + back, LSTM_GATES),
        node.has("bias" + back) ? rows(node, "bias" + back, LSTM_GATES) : List.of(),
        node.has("peephole" + back) ? rows(node, "peephole" + back, List.of(0, 2, 1)) : List.of());
  }

  /** The rows of each gate, in ONNX's order. */
  private static List<Tensor> rows(OperationNode node, String parameter, List<Integer> gates) {
    Tensor all = node.tensor(parameter);
    int count = all.shape().length(0);
    if (count % gates.size() != 0) {
      throw new UnsupportedLayerException(
          "its " + parameter + " " + all.shape() + " has not rows for " + gates.size() + " gates");
    }
    int[] lengths = all.shape().lengths();
    lengths[0] = count / gates.size();
    Shape shape = Shape.of(lengths);
    int size = Math.toIntExact(shape.elementCount());
    List<Tensor> rows = new ArrayList<>();
    for (int gate : gates) {
      float[] numbers = new float[size];
      System.arraycopy(all.sharedArray(), gate * size, numbers, 0, size);
      rows.add(Tensor.wrap(shape, numbers));
    }
    return rows;
  }

  static RecurrentActivation activation(String name) {
    return switch (name) {
      case "sigmoid" -> plain(RecurrentActivation.Function.SIGMOID);
      case "tanh" -> plain(RecurrentActivation.Function.TANH);
      case "relu" -> plain(RecurrentActivation.Function.RELU);
      case "linear" ->
          new RecurrentActivation(RecurrentActivation.Function.AFFINE, List.of(1f, 0f));
      case "scaled_tanh" ->
          new RecurrentActivation(RecurrentActivation.Function.SCALED_TANH, List.of(1f, 1f));
      case "hard_sigmoid", "sigmoid_hard" ->
          new RecurrentActivation(RecurrentActivation.Function.HARD_SIGMOID, List.of(0.2f, 0.5f));
      default -> throw new UnsupportedLayerException("its activation '" + name + "' is not known");
    };
  }

  private static RecurrentActivation plain(RecurrentActivation.Function function) {
    return new RecurrentActivation(function, List.of());
  }

  private static void run(
      OperationNode node,
      Recurrence.Cell cell,
      List<Recurrence.Weights> weights,
      List<RecurrentActivation> functions) {
    run(node, cell, weights, functions, NO_CLIP);
  }

  /** The limit is on the magnitude of an LSTM's cells. */
  private static void run(
      OperationNode node,
      Recurrence.Cell cell,
      List<Recurrence.Weights> weights,
      List<RecurrentActivation> functions,
      float limit) {
    requireFit(node, weights);
    OnnxGraph graph = node.graph();
    Shape from = node.shape("x");
    int inputs = from.length(2);
    int outputs = weights.get(0).recursions().get(0).shape().length(1);
    boolean reverse = isReverse(node);
    Recurrence recurrence =
        new Recurrence(
            cell,
            inputs,
            outputs,
            weights,
            reverse ? Recurrence.Scan.REVERSE : Recurrence.Scan.FORWARD,
            functions,
            NO_CLIP);
    List<List<String>> states = new ArrayList<>();
    for (String parameter : List.of("initial_h", "initial_c").subList(0, cell.states())) {
      states.add(directions(graph, node.input(parameter), weights.size(), outputs));
    }
    Recurrence.Answers answers =
        limit < NO_CLIP
            ? LimitedLstm.emit(graph, recurrence, limit, node.input("x"), states)
            : recurrence.emit(graph, node.input("x"), states);
    for (int direction = 0; direction < weights.size(); direction++) {
      int own = direction;
      boolean backwards = own == 1 || reverse;
      node.answerStates(
          own == 1,
          () -> before(graph, answers.sequence(), own, states.get(0).get(own), backwards));
    }
    List<String> last = answers.last().stream().map(state -> beside(graph, state)).toList();
    String steps;
    if (node.flag("output_sequence", false)) {
      String sequence = besideInSequence(graph, answers.sequence());
      int length = from.length(0);
      steps =
          reverse
              ? Slices.cut(graph, sequence, 0, Cut.of(length, length - 1L, Cut.BEFORE_FIRST, -1))
              : sequence;
    } else {
      Shape state = graph.shape(last.get(0));
      steps = graph.reshape(last.get(0), Shape.of(1, state.length(0), state.length(1)));
    }
    node.answer(0, steps);
    for (int kind = 0; kind < last.size(); kind++) {
      node.answer(1 + kind, last.get(kind));
    }
  }

  /**
   * The states before each step, in the order of the sequence.
   *
   * @param sequence the states after each step, {@code [S, directions, B, H]}
   * @param initial {@code [B, H]}
   */
  private static String before(
      OnnxGraph graph, String sequence, int direction, String initial, boolean backwards) {
    Shape shape = graph.shape(sequence);
    int steps = shape.length(0);
    int batch = shape.length(2);
    int outputs = shape.length(3);
    Shape first = Shape.of(1, batch, outputs);
    String start = graph.reshape(initial, first);
    if (steps == 1) {
      return start;
    }
    String own =
        Slices.cut(graph, sequence, 1, Cut.of(shape.length(1), direction, direction + 1L, 1));
    int from = backwards ? 1 : 0;
    String others =
        Slices.cut(
            graph,
            graph.reshape(own, Shape.of(steps, batch, outputs)),
            0,
            Cut.of(steps, from, from + steps - 1L, 1));
    return graph.node(
        "Concat",
        Shape.of(steps, batch, outputs),
        backwards ? List.of(others, start) : List.of(start, others),
        Attribute.of("axis", 0));
  }

  private static void requireFit(OperationNode node, List<Recurrence.Weights> weights) {
    Shape from = node.shape("x");
    Shape weight = weights.get(0).inputs().get(0).shape();
    if (from.rank() != 3 || weight.rank() != 2 || from.length(2) != weight.length(1)) {
      throw new UnsupportedLayerException(
          "its weight_ih " + weight + " of a gate does not fit its input " + from);
    }
  }

  private static boolean isReverse(OperationNode node) {
    String direction = node.text("direction", "forward");
    return switch (direction) {
      case "forward", "bidirectional" -> false;
      case "reverse" -> true;
      default ->
          throw new UnsupportedLayerException("its direction '" + direction + "' is not known");
    };
  }

  /** The state of each direction. */
  private static List<String> directions(OnnxGraph graph, String state, int count, int outputs) {
    List<String> parts = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      parts.add(
          count == 1
              ? state
              : Slices.cut(
                  graph,
                  state,
                  1,
                  Cut.of(count * outputs, (long) i * outputs, (i + 1L) * outputs, 1)));
    }
    return parts;
  }

  /** {@code [directions, B, H]} as {@code [B, directions H]}. */
  private static String beside(OnnxGraph graph, String state) {
    Shape shape = graph.shape(state);
    Shape flat = Shape.of(shape.length(1), shape.length(0) * shape.length(2));
    return shape.length(0) == 1
        ? graph.reshape(state, flat)
        : graph.reshape(graph.transpose(state, 1, 0, 2), flat);
  }

  /** {@code [S, directions, B, H]} as {@code [S, B, directions H]}. */
  private static String besideInSequence(OnnxGraph graph, String sequence) {
    Shape shape = graph.shape(sequence);
    Shape flat = Shape.of(shape.length(0), shape.length(2), shape.length(1) * shape.length(3));
    return shape.length(1) == 1
        ? graph.reshape(sequence, flat)
        : graph.reshape(graph.transpose(sequence, 0, 2, 1, 3), flat);
  }
}
