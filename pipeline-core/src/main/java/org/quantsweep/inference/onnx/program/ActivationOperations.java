package org.quantsweep.inference.onnx.program;

import java.util.Arrays;
import java.util.List;
import org.quantsweep.inference.onnx.Attribute;
import org.quantsweep.inference.onnx.Axes;
import org.quantsweep.inference.onnx.OnnxGraph;
import org.quantsweep.inference.onnx.UnsupportedLayerException;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;

/** Activation functions. */
final class ActivationOperations {
  private ActivationOperations() {}

  static void relu6(OperationNode node) {
    OnnxGraph graph = node.graph();
    node.answer(
        graph.node(
            "Clip", node.shape("x"), List.of(node.input("x"), graph.scalar(0), graph.scalar(6))));
  }

  static void silu(OperationNode node) {
    OnnxGraph graph = node.graph();
    String gate = graph.unary("Sigmoid", node.input("x"));
    node.answer(graph.binary("Mul", node.input("x"), gate));
  }

  static void gelu(OperationNode node) {
    OnnxGraph graph = node.graph();
    String x = node.input("x");
    String mode = node.text("mode", "EXACT");
    switch (mode) {
      case "EXACT" -> {
        // In this order the engine takes it for one operation.
        String inner = graph.binary("Div", x, graph.scalar((float) Math.sqrt(2)));
        String share = graph.binary("Add", graph.unary("Erf", inner), graph.scalar(1));
        node.answer(graph.binary("Mul", graph.binary("Mul", x, share), graph.scalar(0.5f)));
      }
      case "TANH_APPROXIMATION" -> {
        String cube = graph.binary("Mul", graph.binary("Mul", x, x), x);
        String sum = graph.binary("Add", x, graph.binary("Mul", cube, graph.scalar(0.044715f)));
        float root = (float) Math.sqrt(2 / Math.PI);
        String share = graph.unary("Tanh", graph.binary("Mul", sum, graph.scalar(root)));
        String whole = graph.binary("Mul", x, graph.binary("Add", share, graph.scalar(1)));
        node.answer(graph.binary("Mul", whole, graph.scalar(0.5f)));
      }
      case "SIGMOID_APPROXIMATION" -> {
        String gate = graph.unary("Sigmoid", graph.binary("Mul", x, graph.scalar(1.702f)));
        node.answer(graph.binary("Mul", x, gate));
      }
      default -> throw new UnsupportedLayerException("its mode '" + mode + "' is not known");
    }
  }

  /** A function with a slope, such as a leaky rectifier. */
  static OperationLowering sloped(String operator) {
    return node ->
        node.answer(
            node.graph()
                .unary(operator, node.input("x"), Attribute.of("alpha", node.number("alpha"))));
  }

  /** A slope for each channel, which are axis 1. */
  static void prelu(OperationNode node) {
    OnnxGraph graph = node.graph();
    node.answer(
        graph.node("PRelu", node.shape("x"), List.of(node.input("x"), channels(node, "alpha"))));
  }

  /** Numbers of the channels, as a value that broadcasts along them. */
  private static String channels(OperationNode node, String parameter) {
    Tensor numbers = node.tensor(parameter);
    int[] lengths = new int[Math.max(1, node.shape("x").rank() - 1)];
    Arrays.fill(lengths, 1);
    lengths[0] = numbers.size();
    return node.graph().constant(Shape.of(lengths), numbers.sharedArray());
  }

  /** min(beta, x >= 0 ? x : alpha x). */
  static void clampedRelu(OperationNode node) {
    OnnxGraph graph = node.graph();
    String leaky =
        graph.unary("LeakyRelu", node.input("x"), Attribute.of("alpha", node.number("alpha")));
    node.answer(graph.binary("Min", leaky, graph.scalar(node.number("beta"))));
  }

  /** x where it is at least alpha, else 0. */
  static void thresholdedRelu(OperationNode node) {
    OnnxGraph graph = node.graph();
    String below = graph.binary("Less", node.input("x"), graph.scalar(node.number("alpha")));
    node.answer(
        graph.node("Where", node.shape("x"), List.of(below, graph.scalar(0), node.input("x"))));
  }

  /** alpha x + beta. */
  static void affine(OperationNode node) {
    OnnxGraph graph = node.graph();
    String scaled = graph.binary("Mul", node.input("x"), graph.scalar(node.number("alpha")));
    node.answer(graph.binary("Add", scaled, graph.scalar(node.number("beta"))));
  }

  /** alpha tanh(beta x). */
  static void scaledTanh(OperationNode node) {
    OnnxGraph graph = node.graph();
    String inner = graph.binary("Mul", node.input("x"), graph.scalar(node.number("beta")));
    String bent = graph.unary("Tanh", inner);
    node.answer(graph.binary("Mul", bent, graph.scalar(node.number("alpha"))));
  }

  /** min(max(alpha x + beta, 0), 1). */
  static void hardSigmoid(OperationNode node) {
    node.answer(
        node.graph()
            .unary(
                "HardSigmoid",
                node.input("x"),
                Attribute.of("alpha", node.number("alpha")),
                Attribute.of("beta", node.number("beta"))));
  }

  /** alpha log(1 + exp(beta x)), with numbers of the channels. */
  static void parametricSoftplus(OperationNode node) {
    OnnxGraph graph = node.graph();
    String inner = graph.binary("Mul", node.input("x"), channels(node, "beta"));
    String bent = graph.unary("Softplus", inner);
    node.answer(graph.binary("Mul", bent, channels(node, "alpha")));
  }

  static void softmax(OperationNode node) {
    Shape shape = node.shape("x");
    int axis = Axes.place(node.integer("axis", -1), shape.rank());
    node.answer(
        node.graph().node("Softmax", shape, List.of(node.input("x")), Attribute.of("axis", axis)));
  }
}
