package org.quantsweep.inference.onnx;

import java.util.List;
import org.quantsweep.proto.coreml.PoolingLayerParams;
import org.quantsweep.tensor.Shape;

/** Largest, mean and root of summed squares over windows of {@code [N, C, H, W]}. */
final class Poolings {
  private Poolings() {}

  static void lower(LayerNode layer, OnnxGraph graph) {
    PoolingLayerParams pooling = layer.message().getPooling();
    Shape input = graph.shape(layer.input());
    int[] kernel = Window.pair(pooling.getKernelSizeList(), 3);
    int[] stride = Window.pair(pooling.getStrideList(), 1);
    int[] pads = new int[4];
    int[] output = new int[2];
    int[] beyond = new int[2];
    for (int axis = 0; axis < 2; axis++) {
      int length = input.length(2 + axis);
      if (pooling.getGlobalPooling()) {
        kernel[axis] = length;
        stride[axis] = 1;
      }
      Window window =
          pooling.getGlobalPooling()
              ? Window.valid(length, length, 1, 0, 0)
              : window(pooling, axis, length, kernel[axis], stride[axis]);
      pads[axis] = window.start();
      pads[2 + axis] = Math.max(0, window.end());
      output[axis] = window.output();
      // Windows may reach past the padding that counts; those elements never do.
      beyond[axis] =
          pooling.hasIncludeLastPixel()
              ? length + window.start()
              : length + Math.max(0, window.end());
    }
    for (int edge = 0; edge < 4; edge++) {
      if (pads[edge] >= kernel[edge % 2]) {
        throw new UnsupportedLayerException(
            "its padding of " + pads[edge] + " is not smaller than its window");
      }
    }
    Shape shape = Shape.of(input.length(0), input.length(1), output[0], output[1]);
    switch (pooling.getType()) {
      case MAX ->
          graph.node(
              "MaxPool",
              layer.output(),
              shape,
              List.of(layer.input()),
              OnnxGraph.attribute("kernel_shape", kernel),
              OnnxGraph.attribute("strides", stride),
              OnnxGraph.attribute("pads", pads));
      case AVERAGE ->
          mean(layer, graph, layer.input(), layer.output(), shape, kernel, stride, pads, beyond);
      case L2 -> {
        String squares = graph.node("Mul", input, List.of(layer.input(), layer.input()));
        String means = sums(graph, squares, shape, kernel, stride, pads);
        graph.node("Sqrt", layer.output(), shape, List.of(means));
      }
      default -> throw new UnsupportedLayerException("its pooling type is not known");
    }
  }

  private static Window window(
      PoolingLayerParams pooling, int axis, int length, int kernel, int stride) {
    if (pooling.hasSame()) {
      return Window.same(length, kernel, stride, pooling.getSame().getAsymmetryMode());
    }
    if (pooling.hasIncludeLastPixel()) {
      List<Long> amounts = pooling.getIncludeLastPixel().getPaddingAmountsList();
      int pad = amounts.size() > axis ? Math.toIntExact(amounts.get(axis)) : 0;
      // Rounded up, so that the last element is pooled too; a window must begin inside.
      int room = length + 2 * pad - kernel;
      if (room < 0 || stride < 1) {
        throw new UnsupportedLayerException(
            "a window of " + kernel + " and stride " + stride + " does not fit " + length);
      }
      int output = (room + stride - 1) / stride + 1;
      boolean padded = amounts.stream().anyMatch(amount -> amount > 0);
      if (padded && (output - 1) * stride >= length + pad) {
        output--;
      }
      return new Window(pad, (output - 1) * stride + kernel - length - pad, output);
    }
    int[] amounts = Window.amounts(pooling.getValid().getPaddingAmounts(), axis);
    return Window.valid(length, kernel, stride, amounts[0], amounts[1]);
  }

  private static void mean(
      LayerNode layer,
      OnnxGraph graph,
      String input,
      String output,
      Shape shape,
      int[] kernel,
      int[] stride,
      int[] pads,
      int[] beyond) {
    PoolingLayerParams pooling = layer.message().getPooling();
    Shape from = graph.shape(input);
    float[] reciprocals = new float[shape.length(2) * shape.length(3)];
    boolean same = true;
    for (int y = 0; y < shape.length(2); y++) {
      for (int x = 0; x < shape.length(3); x++) {
        int rows = counted(pooling, y, stride[0], kernel[0], pads[0], from.length(2), beyond[0]);
        int columns = counted(pooling, x, stride[1], kernel[1], pads[1], from.length(3), beyond[1]);
        float reciprocal = 1f / (rows * columns);
        reciprocals[y * shape.length(3) + x] = reciprocal;
        same &= rows * columns == kernel[0] * kernel[1];
      }
    }
    if (same) {
      graph.node(
          "AveragePool",
          output,
          shape,
          List.of(input),
          OnnxGraph.attribute("kernel_shape", kernel),
          OnnxGraph.attribute("strides", stride),
          OnnxGraph.attribute("pads", pads),
          OnnxGraph.attribute("count_include_pad", 1L));
      return;
    }
    String sums = sums(graph, input, shape, kernel, stride, pads);
    String weights = graph.constant(Shape.of(1, 1, shape.length(2), shape.length(3)), reciprocals);
    graph.node("Mul", output, shape, List.of(sums, weights));
  }

  /** How many elements of a window count in its mean. */
  private static int counted(
      PoolingLayerParams pooling,
      int place,
      int stride,
      int kernel,
      int pad,
      int length,
      int beyond) {
    int begin = place * stride - pad;
    int end = begin + kernel;
    return pooling.getAvgPoolExcludePadding()
        ? Math.max(1, Math.min(end, length) - Math.max(begin, 0))
        : Math.min(end, beyond) - begin;
  }

  private static String sums(
      OnnxGraph graph, String input, Shape shape, int[] kernel, int[] stride, int[] pads) {
    String means =
        graph.node(
            "AveragePool",
            shape,
            List.of(input),
            OnnxGraph.attribute("kernel_shape", kernel),
            OnnxGraph.attribute("strides", stride),
            OnnxGraph.attribute("pads", pads),
            OnnxGraph.attribute("count_include_pad", 1L));
    String count = graph.constant(Shape.of(), kernel[0] * (float) kernel[1]);
    return graph.node("Mul", shape, List.of(means, count));
  }
}
