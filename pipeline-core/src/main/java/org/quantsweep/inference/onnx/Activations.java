package org.quantsweep.inference.onnx;

import java.util.List;
import org.quantsweep.proto.coreml.ActivationParams;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;

/** Functions of one element, and the softmax. */
final class Activations {
  private Activations() {}

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
              OnnxGraph.attribute("alpha", activation.getLeakyReLU().getAlpha()));
      case THRESHOLDEDRELU -> {
        // x where x >= alpha, else 0; ONNX's own operator drops equality.
        String bound = scalar(graph, activation.getThresholdedReLU().getAlpha());
        String below = graph.node("Less", shape, List.of(x, bound));
        graph.node("Where", y, shape, List.of(below, scalar(graph, 0), x));
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
              OnnxGraph.attribute("alpha", activation.getSigmoidHard().getAlpha()),
              OnnxGraph.attribute("beta", activation.getSigmoidHard().getBeta()));
      case ELU ->
          graph.node(
              "Elu",
              y,
              shape,
              List.of(x),
              OnnxGraph.attribute("alpha", activation.getELU().getAlpha()));
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

  /** Over the channels of {@code [..., C, H, W]}, or the last axis of a lower rank. */
  static void softmax(LayerNode layer, OnnxGraph graph) {
    Shape shape = graph.shape(layer.input());
    long axis = shape.rank() >= 3 ? shape.rank() - 3 : shape.rank() - 1;
    graph.node(
        "Softmax",
        layer.output(),
        shape,
        List.of(layer.input()),
        OnnxGraph.attribute("axis", axis));
  }

  /** y = alpha x + beta. */
  static void affine(OnnxGraph graph, String x, float alpha, float beta, String y) {
    Shape shape = graph.shape(x);
    String scaled = alpha == 1 ? x : graph.node("Mul", shape, List.of(x, scalar(graph, alpha)));
    if (beta != 0) {
      graph.node("Add", y, shape, List.of(scaled, scalar(graph, beta)));
    } else {
      graph.node("Identity", y, shape, List.of(scaled));
    }
  }

  static String scalar(OnnxGraph graph, float value) {
    return graph.constant(Shape.of(), value);
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
