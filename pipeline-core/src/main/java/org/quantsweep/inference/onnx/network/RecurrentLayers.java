package org.quantsweep.inference.onnx.network;

import java.util.ArrayList;
import java.util.List;
import org.quantsweep.inference.onnx.LimitedLstm;
import org.quantsweep.inference.onnx.OnnxGraph;
import org.quantsweep.inference.onnx.Recurrence;
import org.quantsweep.inference.onnx.RecurrentActivation;
import org.quantsweep.inference.onnx.UnsupportedLayerException;
import org.quantsweep.proto.coreml.ActivationParams;
import org.quantsweep.proto.coreml.BiDirectionalLSTMLayerParams;
import org.quantsweep.proto.coreml.GRULayerParams;
import org.quantsweep.proto.coreml.LSTMParams;
import org.quantsweep.proto.coreml.SimpleRecurrentLayerParams;
import org.quantsweep.proto.coreml.UniDirectionalLSTMLayerParams;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;

/**
 * Recurrent layers over sequences {@code [S, B, C, 1, 1]}, or {@code [S, C, 1, 1]} of batch 1.
 * States go in and out as {@code [1, B, C, 1, 1]}, after the sequence.
 */
final class RecurrentLayers {
  /** The format limits what goes into an activation to this. */
  private static final float CLIP = 50;

  private static final float NO_LIMIT = Float.POSITIVE_INFINITY;

  /** So many saturated steps in a row do not come before a state that is given. */
  private static final int EARLIER_STEPS = 400;

  /** ONNX's order. */
  private static final List<String> GRU_GATES = List.of("updateGate", "resetGate", "outputGate");

  /** ONNX's order. */
  private static final List<String> LSTM_GATES =
      List.of("inputGate", "outputGate", "forgetGate", "blockInput");

  private static final int FORGET_GATE = 2;

  private RecurrentLayers() {}

  static void simple(LayerNode layer, OnnxGraph graph) {
    SimpleRecurrentLayerParams params = layer.message().getSimpleRecurrent();
    Recurrence.Weights weights =
        new Recurrence.Weights(
            List.of(layer.weight("weightMatrix")),
            List.of(layer.weight("recursionMatrix")),
            params.getHasBiasVector() ? List.of(layer.weight("biasVector")) : List.of(),
            List.of());
    Recurrence recurrence =
        new Recurrence(
            Recurrence.Cell.SIMPLE,
            Math.toIntExact(params.getInputVectorSize()),
            Math.toIntExact(params.getOutputVectorSize()),
            List.of(weights),
            scan(params.getReverseInput()),
            activations(List.of(params.getActivation())),
            CLIP);
    lower(layer, graph, recurrence, params.getSequenceOutput());
  }

  static void gru(LayerNode layer, OnnxGraph graph) {
    GRULayerParams params = layer.message().getGru();
    Recurrence.Weights weights =
        new Recurrence.Weights(
            tensors(layer, "", GRU_GATES, "WeightMatrix"),
            tensors(layer, "", GRU_GATES, "RecursionMatrix"),
            params.getHasBiasVectors() ? tensors(layer, "", GRU_GATES, "BiasVector") : List.of(),
            List.of());
    Recurrence recurrence =
        new Recurrence(
            Recurrence.Cell.GRU,
            Math.toIntExact(params.getInputVectorSize()),
            Math.toIntExact(params.getOutputVectorSize()),
            List.of(weights),
            scan(params.getReverseInput()),
            activations(params.getActivationsList()),
            CLIP);
    lower(layer, graph, recurrence, params.getSequenceOutput());
  }

  static void lstm(LayerNode layer, OnnxGraph graph) {
    UniDirectionalLSTMLayerParams params = layer.message().getUniDirectionalLSTM();
    int outputs = Math.toIntExact(params.getOutputVectorSize());
    Recurrence recurrence =
        new Recurrence(
            cell(params.getParams()),
            Math.toIntExact(params.getInputVectorSize()),
            outputs,
            List.of(weights(layer, "weightParams.", params.getParams(), outputs)),
            scan(params.getReverseInput()),
            activations(params.getActivationsList()),
            CLIP);
    lower(layer, graph, recurrence, params.getParams());
  }

  static void lstmBothWays(LayerNode layer, OnnxGraph graph) {
    BiDirectionalLSTMLayerParams params = layer.message().getBiDirectionalLSTM();
    int outputs = Math.toIntExact(params.getOutputVectorSize());
    List<ActivationParams> functions = new ArrayList<>(params.getActivationsForwardLSTMList());
    functions.addAll(params.getActivationsBackwardLSTMList());
    Recurrence recurrence =
        new Recurrence(
            cell(params.getParams()),
            Math.toIntExact(params.getInputVectorSize()),
            outputs,
            List.of(
                weights(layer, "weightParams[0].", params.getParams(), outputs),
                weights(layer, "weightParams[1].", params.getParams(), outputs)),
            Recurrence.Scan.FORWARD,
            activations(functions),
            CLIP);
    lower(layer, graph, recurrence, params.getParams());
  }

  private static Recurrence.Cell cell(LSTMParams params) {
    return params.getCoupledInputAndForgetGate()
        ? Recurrence.Cell.COUPLED_LSTM
        : Recurrence.Cell.LSTM;
  }

  private static Recurrence.Weights weights(
      LayerNode layer, String prefix, LSTMParams params, int outputs) {
    return new Recurrence.Weights(
        tensors(layer, prefix, LSTM_GATES, "WeightMatrix"),
        tensors(layer, prefix, LSTM_GATES, "RecursionMatrix"),
        biases(layer, prefix, params, outputs),
        params.getHasPeepholeVectors()
            ? tensors(layer, prefix, LSTM_GATES.subList(0, 3), "PeepholeVector")
            : List.of());
  }

  /** A bias of 1 is added to the forget gate when asked. */
  private static List<Tensor> biases(
      LayerNode layer, String prefix, LSTMParams params, int outputs) {
    List<Tensor> biases = new ArrayList<>();
    for (String gate : LSTM_GATES) {
      biases.add(
          params.getHasBiasVectors()
              ? layer.weight(prefix + gate + "BiasVector")
              : Tensor.wrap(Shape.of(outputs), new float[outputs]));
    }
    if (params.getForgetBias()) {
      float[] more = biases.get(FORGET_GATE).toArray();
      for (int i = 0; i < more.length; i++) {
        more[i] += 1;
      }
      biases.set(FORGET_GATE, Tensor.wrap(Shape.of(more.length), more));
    }
    return biases;
  }

  private static List<Tensor> tensors(
      LayerNode layer, String prefix, List<String> gates, String suffix) {
    return gates.stream().map(gate -> layer.weight(prefix + gate + suffix)).toList();
  }

  private static Recurrence.Scan scan(boolean reversed) {
    return reversed ? Recurrence.Scan.REVERSE : Recurrence.Scan.FORWARD;
  }

  private static List<RecurrentActivation> activations(List<ActivationParams> given) {
    return given.stream().map(RecurrentLayers::activation).toList();
  }

  private static RecurrentActivation activation(ActivationParams given) {
    return switch (given.getNonlinearityTypeCase()) {
      case SIGMOID -> activation(RecurrentActivation.Function.SIGMOID);
      case TANH -> activation(RecurrentActivation.Function.TANH);
      case RELU -> activation(RecurrentActivation.Function.RELU);
      case LINEAR ->
          activation(
              RecurrentActivation.Function.AFFINE,
              given.getLinear().getAlpha(),
              given.getLinear().getBeta());
      case SCALEDTANH ->
          activation(
              RecurrentActivation.Function.SCALED_TANH,
              given.getScaledTanh().getAlpha(),
              given.getScaledTanh().getBeta());
      case SIGMOIDHARD ->
          activation(
              RecurrentActivation.Function.HARD_SIGMOID,
              given.getSigmoidHard().getAlpha(),
              given.getSigmoidHard().getBeta());
      default ->
          throw new UnsupportedLayerException(
              "its activation is " + given.getNonlinearityTypeCase());
    };
  }

  private static RecurrentActivation activation(
      RecurrentActivation.Function function, Float... parameters) {
    return new RecurrentActivation(function, List.of(parameters));
  }

  private static void lower(
      LayerNode layer, OnnxGraph graph, Recurrence recurrence, LSTMParams params) {
    // Left out it is 0, which would leave no cell at all.
    float limit = params.getCellClipThreshold() == 0 ? NO_LIMIT : params.getCellClipThreshold();
    lower(layer, graph, recurrence, params.getSequenceOutput(), limit);
  }

  private static void lower(
      LayerNode layer, OnnxGraph graph, Recurrence recurrence, boolean wholeSequence) {
    lower(layer, graph, recurrence, wholeSequence, NO_LIMIT);
  }

  private static void lower(
      LayerNode layer, OnnxGraph graph, Recurrence recurrence, boolean wholeSequence, float limit) {
    Shape shape = graph.shape(layer.input());
    int rank = shape.rank();
    boolean isSequence = rank == 4 || rank == 5;
    int batch = rank == 5 ? shape.length(1) : 1;
    int inputs = recurrence.inputs();
    if (!isSequence || shape.elementCount() != (long) shape.length(0) * batch * inputs) {
      throw new UnsupportedLayerException(
          "its input " + shape + " is no sequence of " + inputs + " numbers");
    }
    if (recurrence.scan() == Recurrence.Scan.REVERSE && wholeSequence) {
      throw new UnsupportedLayerException("it answers a whole sequence backwards");
    }
    int length = shape.length(0);
    List<List<String>> states = states(layer, recurrence);
    String sequence = graph.reshape(layer.input(), Shape.of(length, batch, inputs));
    Recurrence.Answers answers =
        isReached(limit, recurrence, length, !states.isEmpty())
            ? LimitedLstm.emit(graph, recurrence, limit, sequence, states)
            : recurrence.emit(graph, sequence, states);
    int channels = recurrence.weights().size() * recurrence.outputs();
    // [S, directions, B, C] or [directions, B, C] to [S, B, directions C]
    String flat =
        wholeSequence
            ? graph.transpose(answers.sequence(), 0, 2, 1, 3)
            : graph.transpose(answers.last().get(0), 1, 0, 2);
    graph.reshape(flat, blob(rank, wholeSequence ? length : 1, batch, channels), layer.output());
    addFinalStates(layer, graph, recurrence, answers.last());
  }

  /**
   * Whether a cell can come to the limit on its magnitude. Gates in [0, 1] let it grow by no more
   * than the largest answer of its input's function in each step. A state that is given is one of
   * the same cell, after at most {@link #EARLIER_STEPS}.
   */
  private static boolean isReached(
      float limit, Recurrence recurrence, int length, boolean hasStates) {
    if (limit == NO_LIMIT) {
      return false;
    }
    long steps = (long) length + (hasStates ? EARLIER_STEPS : 0);
    List<RecurrentActivation> functions = recurrence.activations();
    for (int i = 0; i + 2 < functions.size(); i += 3) {
      RecurrentActivation.Function gates = functions.get(i).function();
      boolean isShare =
          gates == RecurrentActivation.Function.SIGMOID
              || gates == RecurrentActivation.Function.HARD_SIGMOID;
      if (!isShare || limit < steps * largest(functions.get(i + 1))) {
        return true;
      }
    }
    return false;
  }

  /** What a function can answer at most, in magnitude, to what is limited to {@link #CLIP}. */
  private static double largest(RecurrentActivation function) {
    return switch (function.function()) {
      case SIGMOID, TANH, HARD_SIGMOID -> 1;
      case RELU -> CLIP;
      case AFFINE ->
          CLIP * Math.abs(function.parameters().get(0)) + Math.abs(function.parameters().get(1));
      case SCALED_TANH -> Math.abs(function.parameters().get(0));
    };
  }

  private static Shape blob(int rank, int length, int batch, int channels) {
    return rank == 5 ? Shape.of(length, batch, channels, 1, 1) : Shape.of(length, channels, 1, 1);
  }

  /** The file has first the states of the forward direction, then those of the backward one. */
  private static List<List<String>> states(LayerNode layer, Recurrence recurrence) {
    List<String> given = layer.inputs().subList(1, layer.inputs().size());
    if (given.isEmpty()) {
      return List.of();
    }
    int kinds = recurrence.cell().states();
    int directions = recurrence.weights().size();
    if (given.size() != kinds * directions) {
      throw new UnsupportedLayerException("it has " + given.size() + " states");
    }
    List<List<String>> states = new ArrayList<>();
    for (int kind = 0; kind < kinds; kind++) {
      List<String> ofDirections = new ArrayList<>();
      for (int direction = 0; direction < directions; direction++) {
        ofDirections.add(given.get(direction * kinds + kind));
      }
      states.add(ofDirections);
    }
    return states;
  }

  private static void addFinalStates(
      LayerNode layer, OnnxGraph graph, Recurrence recurrence, List<String> last) {
    List<String> wanted = layer.layer().outputs();
    int rank = graph.shape(layer.input()).rank();
    int outputs = recurrence.outputs();
    for (int i = 1; i < wanted.size(); i++) {
      int direction = (i - 1) / last.size();
      String state = last.get((i - 1) % last.size());
      int batch = graph.shape(state).length(1);
      if (recurrence.weights().size() == 2) {
        state =
            graph.node(
                "Slice",
                Shape.of(1, batch, outputs),
                List.of(
                    state,
                    graph.integers(direction),
                    graph.integers(direction + 1),
                    graph.integers(0)));
      }
      graph.reshape(state, blob(rank, 1, batch, outputs), wanted.get(i));
    }
  }
}
