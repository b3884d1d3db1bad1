package org.quantsweep.inference.onnx.network;

import java.util.List;
import org.quantsweep.inference.onnx.Attribute;
import org.quantsweep.inference.onnx.Axes;
import org.quantsweep.inference.onnx.OnnxGraph;
import org.quantsweep.inference.onnx.UnsupportedLayerException;
import org.quantsweep.proto.coreml.ActivationParams;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;

/** Activations of one element, and the softmax. */
final class ActivationLayers {
  private ActivationLayers() {}

  static void lower(LayerNode layer, OnnxGraph graph) {
    ActivationParams activation = layer.message().getActivation();
    String x = layer.input();
    Shape shape = graph.shape(x);
    String y = layer.output();
    switch (activation.getNonlinearityTypeCase()) {
      case LINEAR ->
          affine(graph, x, activation.getLinear().getAlpha(), activation.getLinear().getBeta(), y);
      case RELU -> graph.node("Relu", y, shape, List.of(x));
      case LEAKYRELU ->
          graph.node(
              "LeakyRelu",
              y,
              shape,
              List.of(x),
              Attribute.of("alpha", activation.getLeakyReLU().getAlpha()));
      case THRESHOLDEDRELU -> {
        // x where x >= alpha, else 0; ONNX's own operator drops equality.
        String bound = graph.scalar(activation.getThresholdedReLU().getAlpha());
        String below = graph.node("Less", shape, List.of(x, bound));
        graph.node("Where", y, shape, List.of(below, graph.scalar(0), x));
      }
      case PRELU -> graph.node("PRelu", y, shape, List.of(x, perChannel(layer, graph, "alpha")));
      case TANH -> graph.node("Tanh", y, shape, List.of(x));
      case SCALEDTANH -> {
        String inner = graph.freshName();
        affine(graph, x, activation.getScaledTanh().getBeta(), 0, inner);
        String tanh = graph.node("Tanh", shape, List.of(inner));
        affine(graph, tanh, activation.getScaledTanh().getAlpha(), 0, y);
      }
      case SIGMOID -> graph.node("Sigmoid", y, shape, List.of(x));
      case SIGMOIDHARD ->
          graph.node(
              "HardSigmoid",
              y,
              shape,
              List.of(x),
              Attribute.of("alpha", activation.getSigmoidHard().getAlpha()),
              Attribute.of("beta", activation.getSigmoidHard().getBeta()));
      case ELU ->
          graph.node(
              "Elu", y, shape, List.of(x), Attribute.of("alpha", activation.getELU().getAlpha()));
      case SOFTSIGN -> graph.node("Softsign", y, shape, List.of(x));
      case SOFTPLUS -> graph.node("Softplus", y, shape, List.of(x));
      case PARAMETRICSOFTPLUS -> {
        String inner = graph.node("Mul", shape, List.of(x, perChannel(layer, graph, "beta")));
        String plus = graph.node("Softplus", shape, List.of(inner));
        graph.node("Mul", y, shape, List.of(plus, perChannel(layer, graph, "alpha")));
      }
      default -> throw new UnsupportedLayerException("its activation is not set");
    }
  }

  /** min(beta, x) from 0 on, min(beta, alpha x) below. */
  static void clamped(LayerNode layer, OnnxGraph graph) {
    var params = layer.message().getClampedReLU();
    String leaky =
        graph.unary("LeakyRelu", layer.input(), Attribute.of("alpha", params.getAlpha()));
    graph.bind(layer.output(), graph.binary("Min", leaky, graph.scalar(params.getBeta())));
  }

  static void gelu(LayerNode layer, OnnxGraph graph) {
    String x = layer.input();
    String half = graph.binary("Mul", x, graph.scalar(0.5f));
    String y =
        switch (layer.message().getGelu().getMode()) {
          case EXACT -> {
            String inner = graph.binary("Mul", x, graph.scalar((float) Math.sqrt(0.5)));
            yield timesOnePlus(graph, half, graph.unary("Erf", inner));
          }
          case TANH_APPROXIMATION -> {
            String cube = graph.binary("Mul", x, graph.binary("Mul", x, x));
            String sum = graph.binary("Add", x, graph.binary("Mul", cube, graph.scalar(0.044715f)));
            String inner = graph.binary("Mul", sum, graph.scalar((float) Math.sqrt(2 / Math.PI)));
            yield timesOnePlus(graph, half, graph.unary("Tanh", inner));
          }
          case SIGMOID_APPROXIMATION -> {
            String inner = graph.binary("Mul", x, graph.scalar(1.702f));
            yield graph.binary("Mul", x, graph.unary("Sigmoid", inner));
          }
          default -> throw new UnsupportedLayerException("its kind of GELU is not known");
        };
    graph.bind(layer.output(), y);
  }

  private static String timesOnePlus(OnnxGraph graph, String factor, String value) {
    return graph.binary("Mul", factor, graph.binary("Add", value, graph.scalar(1)));
  }

  /** Over the channels of {@code [..., C, H, W]}. */
  static void softmax(LayerNode layer, OnnxGraph graph) {
    softmax(layer, graph, -3);
  }

  static void softmaxNd(LayerNode layer, OnnxGraph graph) {
    softmax(layer, graph, layer.message().getSoftmaxND().getAxis());
  }

  private static void softmax(LayerNode layer, OnnxGraph graph, long along) {
    Shape shape = graph.shape(layer.input());
    long axis = Axes.place(along, shape.rank());
    graph.node(
        "Softmax", layer.output(), shape, List.of(layer.input()), Attribute.of("axis", axis));
  }

  /** y = alpha x + beta. */
  static void affine(OnnxGraph graph, String x, float alpha, float beta, String y) {
    Shape shape = graph.shape(x);
    String scaled = alpha == 1 ? x : graph.node("Mul", shape, List.of(x, graph.scalar(alpha)));
    if (beta != 0) {
      graph.node("Add", y, shape, List.of(scaled, graph.scalar(beta)));
    } else {
      graph.node("Identity", y, shape, List.of(scaled));
    }
  }

  /** One value for each channel, or one for all, shaped for {@code [..., C, H, W]}. */
  static String perChannel(LayerNode layer, OnnxGraph graph, String name) {
    Tensor values = null;
    for (String field : layer.weights().keySet()) {
      if (field.equals(name) || field.endsWith("." + name)) {
        values = layer.weight(field);
      }
    }
    if (values == null) {
      throw new UnsupportedLayerException("it has no " + name);
    }
    boolean vector = graph.shape(layer.input()).rank() < 3;
    return graph.constant(
        vector ? Shape.of(values.size()) : Shape.of(values.size(), 1, 1), values.sharedArray());
  }
}
