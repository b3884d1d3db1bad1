package org.quantsweep.inference.onnx;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.List;
import org.quantsweep.proto.coreml.ActivationParams;
import org.quantsweep.proto.coreml.BiDirectionalLSTMLayerParams;
import org.quantsweep.proto.coreml.GRULayerParams;
import org.quantsweep.proto.coreml.LSTMParams;
import org.quantsweep.proto.coreml.SimpleRecurrentLayerParams;
import org.quantsweep.proto.coreml.UniDirectionalLSTMLayerParams;
import org.quantsweep.proto.onnx.AttributeProto;
import org.quantsweep.tensor.Shape;

/**
 * Recurrent layers over sequences {@code [S, B, C, 1, 1]}, or {@code [S, C, 1, 1]} of batch 1.
 * States go in and out as {@code [1, B, C, 1, 1]}, after the sequence.
 */
final class Recurrents {
  /** The format limits what goes into an activation to this. */
  private static final float CLIP = 50;

  private final LayerNode layer;
  private final OnnxGraph graph;
  private final int inputs;
  private final int outputs;
  private final int directions;

  private Recurrents(LayerNode layer, OnnxGraph graph, long inputs, long outputs, int directions) {
    this.layer = layer;
    this.graph = graph;
    this.inputs = Math.toIntExact(inputs);
    this.outputs = Math.toIntExact(outputs);
    this.directions = directions;
  }

  static void simple(LayerNode layer, OnnxGraph graph) {
    SimpleRecurrentLayerParams params = layer.message().getSimpleRecurrent();
    new Recurrents(layer, graph, params.getInputVectorSize(), params.getOutputVectorSize(), 1)
        .lower(
            "RNN",
            List.of(List.of("weightMatrix")),
            List.of(List.of("recursionMatrix")),
            params.getHasBiasVector() ? List.of(List.of("biasVector")) : List.of(),
            List.of(params.getActivation()),
            params.getReverseInput(),
            params.getSequenceOutput(),
            null);
  }

  static void gru(LayerNode layer, OnnxGraph graph) {
    GRULayerParams params = layer.message().getGru();
    List<String> gates = List.of("updateGate", "resetGate", "outputGate");
    new Recurrents(layer, graph, params.getInputVectorSize(), params.getOutputVectorSize(), 1)
        .lower(
            "GRU",
            List.of(fields("", gates, "WeightMatrix")),
            List.of(fields("", gates, "RecursionMatrix")),
            params.getHasBiasVectors() ? List.of(fields("", gates, "BiasVector")) : List.of(),
            params.getActivationsList(),
            params.getReverseInput(),
            params.getSequenceOutput(),
            null);
  }

  static void lstm(LayerNode layer, OnnxGraph graph) {
    UniDirectionalLSTMLayerParams params = layer.message().getUniDirectionalLSTM();
    new Recurrents(layer, graph, params.getInputVectorSize(), params.getOutputVectorSize(), 1)
        .lstm(
            List.of("weightParams."),
            params.getActivationsList(),
            params.getReverseInput(),
            params.getParams());
  }

  static void lstmBothWays(LayerNode layer, OnnxGraph graph) {
    BiDirectionalLSTMLayerParams params = layer.message().getBiDirectionalLSTM();
    List<ActivationParams> activations = new ArrayList<>(params.getActivationsForwardLSTMList());
    activations.addAll(params.getActivationsBackwardLSTMList());
    new Recurrents(layer, graph, params.getInputVectorSize(), params.getOutputVectorSize(), 2)
        .lstm(
            List.of("weightParams[0].", "weightParams[1]."),
            activations,
            false,
            params.getParams());
  }

  private void lstm(
      List<String> prefixes,
      List<ActivationParams> activations,
      boolean reversed,
      LSTMParams params) {
    // ONNX's order of the gates: input, output, forget, block input.
    List<String> gates = List.of("inputGate", "outputGate", "forgetGate", "blockInput");
    List<List<String>> weights = new ArrayList<>();
    List<List<String>> recursions = new ArrayList<>();
    List<List<String>> biases = new ArrayList<>();
    for (String prefix : prefixes) {
      weights.add(fields(prefix, gates, "WeightMatrix"));
      recursions.add(fields(prefix, gates, "RecursionMatrix"));
      if (params.getHasBiasVectors()) {
        biases.add(fields(prefix, gates, "BiasVector"));
      }
    }
    lower(
        "LSTM",
        weights,
        recursions,
        biases,
        activations,
        reversed,
        params.getSequenceOutput(),
        params);
  }

  private static List<String> fields(String prefix, List<String> gates, String suffix) {
    return gates.stream().map(gate -> prefix + gate + suffix).toList();
  }

  private void lower(
      String operator,
      List<List<String>> weights,
      List<List<String>> recursions,
      List<List<String>> biases,
      List<ActivationParams> activations,
      boolean reversed,
      boolean wholeSequence,
      LSTMParams params) {
    Shape shape = graph.shape(layer.input());
    int rank = shape.rank();
    boolean isSequence = rank == 4 || rank == 5;
    int batch = rank == 5 ? shape.length(1) : 1;
    if (!isSequence || shape.elementCount() != (long) shape.length(0) * batch * inputs) {
      throw new UnsupportedLayerException(
          "its input " + shape + " is no sequence of " + inputs + " numbers");
    }
    if (reversed && wholeSequence) {
      throw new UnsupportedLayerException("it answers a whole sequence backwards");
    }
    int length = shape.length(0);
    int gates = weights.get(0).size();
    boolean isLstm = params != null;
    List<String> values = new ArrayList<>();
    values.add(graph.reshape(layer.input(), Shape.of(length, batch, inputs)));
    values.add(graph.constant(Shape.of(directions, gates * outputs, inputs), gathered(weights)));
    values.add(
        graph.constant(Shape.of(directions, gates * outputs, outputs), gathered(recursions)));
    values.add(bias(biases, gates, isLstm && params.getForgetBias()));
    values.add("");
    addStates(values, batch, isLstm);
    if (isLstm && params.getHasPeepholeVectors()) {
      values.add(peepholes());
    }
    List<AttributeProto> attributes = new ArrayList<>();
    attributes.add(OnnxGraph.attribute("hidden_size", (long) outputs));
    attributes.add(OnnxGraph.attribute("clip", CLIP));
    String direction = directions == 2 ? "bidirectional" : reversed ? "reverse" : "forward";
    attributes.add(OnnxGraph.attribute("direction", direction));
    addActivations(attributes, activations, (isLstm ? 3 : operator.equals("GRU") ? 2 : 1));
    if (isLstm) {
      attributes.add(OnnxGraph.attribute("input_forget", params.getCoupledInputAndForgetGate()));
      if (params.getCellClipThreshold() != 0 && params.getCellClipThreshold() != CLIP) {
        throw new UnsupportedLayerException(
            "it limits its cells to " + params.getCellClipThreshold());
      }
    }
    Shape state = Shape.of(directions, batch, outputs);
    List<String> made = new ArrayList<>();
    List<Shape> shapes = new ArrayList<>();
    made.add(graph.freshName());
    shapes.add(Shape.of(length, directions, batch, outputs));
    for (int i = 0; i < (isLstm ? 2 : 1); i++) {
      made.add(graph.freshName());
      shapes.add(state);
    }
    graph.nodes(operator, made, shapes, values, attributes.toArray(AttributeProto[]::new));
    if (wholeSequence) {
      // [S, directions, B, C] to [S, B, directions C]
      answer(graph.transpose(made.get(0), 0, 2, 1, 3), length, batch, rank, layer.output());
    } else {
      answer(graph.transpose(made.get(1), 1, 0, 2), 1, batch, rank, layer.output());
    }
    addFinalStates(made, batch, rank);
  }

  private void answer(String value, int length, int batch, int rank, String output) {
    int channels = directions * outputs;
    graph.reshape(
        value,
        rank == 5 ? Shape.of(length, batch, channels, 1, 1) : Shape.of(length, channels, 1, 1),
        output);
  }

  /** First the states of the forward direction, then those of the backward one. */
  private void addStates(List<String> values, int batch, boolean isLstm) {
    List<String> given = layer.inputs().subList(1, layer.inputs().size());
    int kinds = isLstm ? 2 : 1;
    if (given.isEmpty()) {
      if (isLstm) {
        values.add("");
        values.add("");
      } else {
        values.add("");
      }
      return;
    }
    if (given.size() != kinds * directions) {
      throw new UnsupportedLayerException("it has " + given.size() + " states");
    }
    Shape one = Shape.of(1, batch, outputs);
    for (int kind = 0; kind < kinds; kind++) {
      String first = graph.reshape(given.get(kind), one);
      values.add(
          directions == 1
              ? first
              : graph.node(
                  "Concat",
                  Shape.of(2, batch, outputs),
                  List.of(first, graph.reshape(given.get(kinds + kind), one)),
                  OnnxGraph.attribute("axis", 0L)));
    }
  }

  private void addFinalStates(List<String> made, int batch, int rank) {
    List<String> wanted = layer.layer().outputs();
    int kinds = made.size() - 1;
    for (int i = 1; i < wanted.size(); i++) {
      int kind = (i - 1) % kinds;
      int direction = (i - 1) / kinds;
      String state = made.get(1 + kind);
      if (directions == 2) {
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
      graph.reshape(
          state,
          rank == 5 ? Shape.of(1, batch, outputs, 1, 1) : Shape.of(1, outputs, 1, 1),
          wanted.get(i));
    }
  }

  private float[] gathered(List<List<String>> fields) {
    int count = 0;
    List<float[]> parts = new ArrayList<>();
    for (List<String> ofDirection : fields) {
      for (String field : ofDirection) {
        float[] part = layer.weight(field).sharedArray();
        parts.add(part);
        count += part.length;
      }
    }
    float[] all = new float[count];
    int position = 0;
    for (float[] part : parts) {
      System.arraycopy(part, 0, all, position, part.length);
      position += part.length;
    }
    return all;
  }

  /** ONNX adds two biases; the second stays 0. */
  private String bias(List<List<String>> fields, int gates, boolean forgetsLess) {
    float[] biases = new float[directions * 2 * gates * outputs];
    for (int direction = 0; direction < directions; direction++) {
      for (int gate = 0; gate < gates; gate++) {
        int start = (direction * 2 * gates + gate) * outputs;
        if (!fields.isEmpty()) {
          float[] values = layer.weight(fields.get(direction).get(gate)).sharedArray();
          System.arraycopy(values, 0, biases, start, outputs);
        }
        // The forget gate is the third.
        for (int i = 0; forgetsLess && gate == 2 && i < outputs; i++) {
          biases[start + i] += 1;
        }
      }
    }
    return graph.constant(Shape.of(directions, 2 * gates * outputs), biases);
  }

  private String peepholes() {
    List<List<String>> fields = new ArrayList<>();
    for (int direction = 0; direction < directions; direction++) {
      String prefix = directions == 1 ? "weightParams." : "weightParams[" + direction + "].";
      fields.add(
          fields(prefix, List.of("inputGate", "outputGate", "forgetGate"), "PeepholeVector"));
    }
    return graph.constant(Shape.of(directions, 3 * outputs), gathered(fields));
  }

  private void addActivations(
      List<AttributeProto> attributes, List<ActivationParams> activations, int perDirection) {
    if (activations.size() != perDirection * directions) {
      throw new UnsupportedLayerException("it has " + activations.size() + " activations");
    }
    AttributeProto.Builder names =
        AttributeProto.newBuilder()
            .setName("activations")
            .setType(AttributeProto.AttributeType.STRINGS);
    AttributeProto.Builder alphas =
        AttributeProto.newBuilder()
            .setName("activation_alpha")
            .setType(AttributeProto.AttributeType.FLOATS);
    AttributeProto.Builder betas =
        AttributeProto.newBuilder()
            .setName("activation_beta")
            .setType(AttributeProto.AttributeType.FLOATS);
    for (ActivationParams activation : activations) {
      String name =
          switch (activation.getNonlinearityTypeCase()) {
            case SIGMOID -> "Sigmoid";
            case TANH -> "Tanh";
            case RELU -> "Relu";
            case LINEAR -> "Affine";
            case SCALEDTANH -> "ScaledTanh";
            case SIGMOIDHARD -> "HardSigmoid";
            default ->
                throw new UnsupportedLayerException(
                    "its activation is " + activation.getNonlinearityTypeCase());
          };
      names.addStrings(ByteString.copyFromUtf8(name));
      // The engine hands these out one after the other to the functions that take them.
      switch (activation.getNonlinearityTypeCase()) {
        case LINEAR -> {
          alphas.addFloats(activation.getLinear().getAlpha());
          betas.addFloats(activation.getLinear().getBeta());
        }
        case SCALEDTANH -> {
          alphas.addFloats(activation.getScaledTanh().getAlpha());
          betas.addFloats(activation.getScaledTanh().getBeta());
        }
        case SIGMOIDHARD -> {
          alphas.addFloats(activation.getSigmoidHard().getAlpha());
          betas.addFloats(activation.getSigmoidHard().getBeta());
        }
        default -> {
          // It takes none.
        }
      }
    }
    attributes.add(names.build());
    if (alphas.getFloatsCount() > 0) {
      attributes.add(alphas.build());
      attributes.add(betas.build());
    }
  }
}
