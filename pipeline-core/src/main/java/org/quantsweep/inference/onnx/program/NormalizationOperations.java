package org.quantsweep.inference.onnx.program;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.quantsweep.coreml.Window;
import org.quantsweep.inference.onnx.Axes;
import org.quantsweep.inference.onnx.Normalization;
import org.quantsweep.inference.onnx.OnnxGraph;
import org.quantsweep.inference.onnx.PoolingAxis;
import org.quantsweep.inference.onnx.Poolings;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;

/** Numbers brought to a common scale. */
final class NormalizationOperations {
  private NormalizationOperations() {}

  static void batch(OperationNode node) {
    Tensor mean = node.tensor("mean");
    emit(
        node,
        new Normalization.Batch(
            numbers(node, "gamma", mean.shape(), 1),
            numbers(node, "beta", mean.shape(), 0),
            mean,
            node.tensor("variance"),
            node.epsilon(1e-5f)));
  }

  static void instance(OperationNode node) {
    Shape channels = Shape.of(node.shape("x").length(1));
    emit(
        node,
        new Normalization.Instance(
            numbers(node, "gamma", channels, 1),
            numbers(node, "beta", channels, 0),
            node.epsilon(1e-5f)));
  }

  static void layer(OperationNode node) {
    Shape from = node.shape("x");
    List<Integer> axes = new ArrayList<>();
    if (node.has("axes")) {
      node.integers("axes").forEach(axis -> axes.add(Axes.place(axis, from.rank())));
    } else {
      for (int axis = 0; axis < from.rank(); axis++) {
        axes.add(axis);
      }
    }
    Shape normalized = Shape.of(axes.stream().map(from::length).toList());
    float epsilon = node.epsilon(1e-5f);
    boolean trailing = true;
    for (int i = 0; i < axes.size(); i++) {
      trailing &= axes.get(i) == from.rank() - axes.size() + i;
    }
    if (trailing) {
      emit(
          node,
          new Normalization.Layer(
              normalized,
              numbers(node, "gamma", normalized, 1),
              numbers(node, "beta", normalized, 0),
              epsilon));
      return;
    }
    OnnxGraph graph = node.graph();
    String scaled = graph.freshName();
    new Normalization.MeanVariance(axes, epsilon).emit(graph, node.input("x"), scaled);
    String result = scaled;
    if (node.has("gamma")) {
      result = graph.binary("Mul", result, along(node, "gamma", axes, from));
    }
    if (node.has("beta")) {
      result = graph.binary("Add", result, along(node, "beta", axes, from));
    }
    node.answer(result);
  }

  /** Numbers of some axes, in the order of these, as a value that broadcasts along the others. */
  private static String along(
      OperationNode node, String parameter, List<Integer> axes, Shape from) {
    OnnxGraph graph = node.graph();
    List<Integer> sorted = axes.stream().sorted().toList();
    int[] order = sorted.stream().mapToInt(axes::indexOf).toArray();
    String ordered = graph.transpose(node.input(parameter), order);
    int[] lengths = new int[from.rank()];
    for (int axis = 0; axis < lengths.length; axis++) {
      lengths[axis] = sorted.contains(axis) ? from.length(axis) : 1;
    }
    return graph.reshape(ordered, Shape.of(lengths));
  }

  private static Tensor numbers(
      OperationNode node, String parameter, Shape shape, float otherwise) {
    if (node.has(parameter)) {
      return node.tensor(parameter);
    }
    float[] numbers = new float[Math.toIntExact(shape.elementCount())];
    Arrays.fill(numbers, otherwise);
    return Tensor.wrap(shape, numbers);
  }

  private static void emit(OperationNode node, Normalization normalization) {
    OnnxGraph graph = node.graph();
    String output = graph.freshName();
    normalization.emit(graph, node.input("x"), output);
    node.answer(output);
  }

  /** x / sqrt(sum of squares over the last three axes + epsilon). */
  static void length(OperationNode node) {
    int rank = node.shape("x").rank();
    List<Integer> axes = new ArrayList<>();
    for (int axis = Math.max(0, rank - 3); axis < rank; axis++) {
      axes.add(axis);
    }
    emit(node, new Normalization.Length(axes, node.epsilon(1e-6f)));
  }

  /**
   * x / (k + alpha / size * sum of squares of neighbouring channels) ^ beta. The neighbourhood of
   * an even size has one more before, as PyTorch's. Three axes are those of one picture, whatever
   * the operation's text says: coremltools' tests hold Core ML's numbers.
   */
  static void localResponse(OperationNode node) {
    int size = node.integer("size");
    float alpha = node.number("alpha", 1e-4f);
    float beta = node.number("beta", 0.75f);
    float bias = node.number("k", 1f);
    Shape from = node.shape("x");
    OnnxGraph graph = node.graph();
    int batch = from.rank() == 3 ? 1 : from.length(0);
    int channels = from.length(from.rank() == 3 ? 0 : 1);
    int rest = Math.toIntExact(from.elementCount() / batch / channels);
    if (size % 2 == 1) {
      // The engine knows pictures only.
      String picture = graph.reshape(node.input("x"), Shape.of(batch, channels, rest, 1));
      String scaled = graph.freshName();
      new Normalization.LocalResponse(alpha, beta, bias, size).emit(graph, picture, scaled);
      node.answer(graph.reshape(scaled, from));
      return;
    }
    // The engine has windows of odd sizes only: means over rows, one for each channel.
    String squares = graph.binary("Mul", node.input("x"), node.input("x"));
    String rows = graph.reshape(squares, Shape.of(batch, 1, channels, rest));
    int before = size / 2;
    List<PoolingAxis> axes =
        List.of(
            PoolingAxis.of(channels, size, 1, new Window(before, size - 1 - before, channels)),
            PoolingAxis.of(rest, 1, 1, Window.valid(rest, 1, 1, 0, 0)));
    String means = graph.freshName();
    Poolings.mean(graph, rows, axes, Poolings.Counted.WINDOW, means);
    String scaled = graph.binary("Mul", graph.reshape(means, from), graph.scalar(alpha));
    String base = graph.binary("Add", scaled, graph.scalar(bias));
    node.answer(
        graph.binary("Div", node.input("x"), graph.binary("Pow", base, graph.scalar(beta))));
  }
}
