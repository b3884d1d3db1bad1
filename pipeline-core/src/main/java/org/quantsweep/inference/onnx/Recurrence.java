package org.quantsweep.inference.onnx;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;

/**
 * A recurrent cell that reads a sequence.
 *
 * @param inputs numbers of one element of the sequence
 * @param outputs numbers of its state
 * @param weights of each direction: one that reads forwards, or both ways
 * @param scan which way a single direction reads
 * @param activations of each direction in turn, in ONNX's order
 * @param clip the largest magnitude that goes into an activation
 */
public record Recurrence(
    Cell cell,
    int inputs,
    int outputs,
    List<Weights> weights,
    Scan scan,
    List<RecurrentActivation> activations,
    float clip) {
  /** Copies the lists. */
  public Recurrence {
    weights = List.copyOf(weights);
    activations = List.copyOf(activations);
  }

  /** The kinds of cells. */
  public enum Cell {
    /** One gate, one state. */
    SIMPLE("RNN", 1, 1, 1),
    /** Gates in ONNX's order: update, reset, hidden. */
    GRU("GRU", 3, 1, 2),
    /** As {@link #GRU}, which resets the state after its product, where a bias is added too. */
    GRU_RESET_AFTER("GRU", 3, 1, 2),
    /** Gates in ONNX's order: input, output, forget, cell. */
    LSTM("LSTM", 4, 2, 3),
    /** An {@link #LSTM} that forgets what its input gate lets in. */
    COUPLED_LSTM("LSTM", 4, 2, 3);

    private final String operator;
    private final int gates;
    private final int states;
    private final int activations;

    Cell(String operator, int gates, int states, int activations) {
      this.operator = operator;
      this.gates = gates;
      this.states = states;
      this.activations = activations;
    }

    /** How many states a direction has. */
    public int states() {
      return states;
    }
  }

  /** Which way a sequence is read. */
  public enum Scan {
    /** From its first element. */
    FORWARD("forward"),
    /** From its last element. */
    REVERSE("reverse");

    private final String word;

    Scan(String word) {
      this.word = word;
    }
  }

  /**
   * What one direction has learnt, by gate in ONNX's order.
   *
   * @param inputs {@code [outputs, inputs]} each
   * @param recursions {@code [outputs, outputs]} each
   * @param biases {@code [outputs]} each, or none
   * @param recursionBiases of the products with the state, {@code [outputs]} each, or none
   * @param peepholes {@code [outputs]} each for the first three gates, or none
   */
  public record Weights(
      List<Tensor> inputs,
      List<Tensor> recursions,
      List<Tensor> biases,
      List<Tensor> recursionBiases,
      List<Tensor> peepholes) {
    /** With one bias for each gate. */
    public Weights(
        List<Tensor> inputs, List<Tensor> recursions, List<Tensor> biases, List<Tensor> peepholes) {
      this(inputs, recursions, biases, List.of(), peepholes);
    }

    /** Copies the lists. */
    public Weights {
      inputs = List.copyOf(inputs);
      recursions = List.copyOf(recursions);
      biases = List.copyOf(biases);
      recursionBiases = List.copyOf(recursionBiases);
      peepholes = List.copyOf(peepholes);
    }
  }

  /**
   * What it makes.
   *
   * @param sequence the states after each element, {@code [S, directions, B, outputs]}
   * @param last the last states, one for each kind, {@code [directions, B, outputs]}
   */
  public record Answers(String sequence, List<String> last) {
    /** Copies the list. */
    public Answers {
      last = List.copyOf(last);
    }
  }

  /**
   * Adds it to a graph.
   *
   * @param sequence {@code [S, B, inputs]}
   * @param states for each kind the first state of each direction, with B * outputs numbers; or
   *     none, which stands for zeros
   */
  public Answers emit(OnnxGraph graph, String sequence, List<List<String>> states) {
    int length = graph.shape(sequence).length(0);
    int batch = graph.shape(sequence).length(1);
    int directions = weights.size();
    List<String> values = new ArrayList<>();
    values.add(sequence);
    values.add(
        graph.constant(
            Shape.of(directions, cell.gates * outputs, inputs), gathered(Weights::inputs)));
    values.add(
        graph.constant(
            Shape.of(directions, cell.gates * outputs, outputs), gathered(Weights::recursions)));
    values.add(graph.constant(Shape.of(directions, 2 * cell.gates * outputs), biases()));
    values.add("");
    for (int kind = 0; kind < cell.states; kind++) {
      values.add(states.isEmpty() ? "" : state(graph, states.get(kind), batch));
    }
    if (!weights.get(0).peepholes().isEmpty()) {
      values.add(graph.constant(Shape.of(directions, 3 * outputs), gathered(Weights::peepholes)));
    }
    Shape state = Shape.of(directions, batch, outputs);
    List<String> made = new ArrayList<>();
    List<Shape> shapes = new ArrayList<>();
    made.add(graph.freshName());
    shapes.add(Shape.of(length, directions, batch, outputs));
    for (int kind = 0; kind < cell.states; kind++) {
      made.add(graph.freshName());
      shapes.add(state);
    }
    graph.nodes(cell.operator, made, shapes, values, attributes());
    return new Answers(made.get(0), made.subList(1, made.size()));
  }

  private Attribute[] attributes() {
    int wanted = cell.activations * weights.size();
    if (activations.size() != wanted) {
      throw new UnsupportedLayerException("it has " + activations.size() + " activations");
    }
    List<Attribute> attributes = new ArrayList<>();
    attributes.add(Attribute.of("hidden_size", outputs));
    attributes.add(Attribute.of("clip", clip));
    attributes.add(Attribute.of("direction", weights.size() == 2 ? "bidirectional" : scan.word));
    attributes.add(
        Attribute.ofTexts(
            "activations",
            activations.stream().map(activation -> activation.function().word()).toList()));
    // The engine hands these out one after the other to the functions that take them.
    List<List<Float>> parameters =
        activations.stream()
            .map(RecurrentActivation::parameters)
            .filter(given -> !given.isEmpty())
            .toList();
    if (!parameters.isEmpty()) {
      attributes.add(
          Attribute.ofFloats(
              "activation_alpha", parameters.stream().map(given -> given.get(0)).toList()));
      attributes.add(
          Attribute.ofFloats(
              "activation_beta", parameters.stream().map(given -> given.get(1)).toList()));
    }
    if (cell == Cell.GRU_RESET_AFTER) {
      attributes.add(Attribute.of("linear_before_reset", 1));
    }
    if (cell.operator.equals("LSTM")) {
      attributes.add(Attribute.of("input_forget", cell == Cell.COUPLED_LSTM ? 1 : 0));
    }
    return attributes.toArray(Attribute[]::new);
  }

  private String state(OnnxGraph graph, List<String> given, int batch) {
    Shape one = Shape.of(1, batch, outputs);
    List<String> states = given.stream().map(value -> graph.reshape(value, one)).toList();
    return states.size() == 1
        ? states.get(0)
        : graph.node("Concat", Shape.of(2, batch, outputs), states, Attribute.of("axis", 0));
  }

  private float[] gathered(Function<Weights, List<Tensor>> part) {
    int count = 0;
    for (Weights direction : weights) {
      for (Tensor tensor : part.apply(direction)) {
        count += tensor.size();
      }
    }
    float[] all = new float[count];
    int position = 0;
    for (Weights direction : weights) {
      for (Tensor tensor : part.apply(direction)) {
        System.arraycopy(tensor.sharedArray(), 0, all, position, tensor.size());
        position += tensor.size();
      }
    }
    return all;
  }

  /** ONNX adds two biases; what is not given stays 0. */
  private float[] biases() {
    float[] biases = new float[weights.size() * 2 * cell.gates * outputs];
    for (int direction = 0; direction < weights.size(); direction++) {
      copy(weights.get(direction).biases(), biases, 2 * direction * cell.gates);
      copy(weights.get(direction).recursionBiases(), biases, (2 * direction + 1) * cell.gates);
    }
    return biases;
  }

  private void copy(List<Tensor> given, float[] biases, int first) {
    for (int gate = 0; gate < given.size(); gate++) {
      System.arraycopy(given.get(gate).sharedArray(), 0, biases, (first + gate) * outputs, outputs);
    }
  }
}
