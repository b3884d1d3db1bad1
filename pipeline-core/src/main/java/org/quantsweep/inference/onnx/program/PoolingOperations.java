package org.quantsweep.inference.onnx.program;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.quantsweep.coreml.EdgeAmounts;
import org.quantsweep.coreml.HeavySide;
import org.quantsweep.coreml.UnfitWindowException;
import org.quantsweep.coreml.Window;
import org.quantsweep.coreml.mlprogram.ConvolutionParameters;
import org.quantsweep.inference.onnx.OnnxGraph;
import org.quantsweep.inference.onnx.PoolingAxis;
import org.quantsweep.inference.onnx.Poolings;
import org.quantsweep.inference.onnx.UnsupportedLayerException;
import org.quantsweep.tensor.Shape;

/** Pooling over windows of one to three axes. */
final class PoolingOperations {
  private PoolingOperations() {}

  static void largest(OperationNode node) {
    OnnxGraph graph = node.graph();
    String output = graph.freshName();
    Poolings.largest(graph, node.input("x"), axes(node), output);
    node.answer(output);
  }

  static void root(OperationNode node) {
    OnnxGraph graph = node.graph();
    String output = graph.freshName();
    Poolings.root(graph, node.input("x"), axes(node), output);
    node.answer(output);
  }

  static void mean(OperationNode node) {
    OnnxGraph graph = node.graph();
    Poolings.Counted counted =
        node.flag("exclude_padding_from_average", false)
            ? Poolings.Counted.ELEMENTS
            : Poolings.Counted.WINDOW;
    List<PoolingAxis> axes = axes(node);
    String output = graph.freshName();
    String input = node.input("x");
    switch (axes.size()) {
      case 1 -> {
        // As pictures of one row, whose windows may reach past the padding.
        int[] l = graph.shape(input).lengths();
        String picture = graph.reshape(input, Shape.of(l[0], l[1], 1, l[2]));
        PoolingAxis row = PoolingAxis.of(1, 1, 1, Window.valid(1, 1, 1, 0, 0));
        String pooled = graph.freshName();
        Poolings.mean(graph, picture, List.of(row, axes.get(0)), counted, pooled);
        graph.reshape(pooled, Shape.of(l[0], l[1], graph.shape(pooled).length(3)), output);
      }
      case 2 -> Poolings.mean(graph, input, axes, counted, output);
      default -> Poolings.paddedMean(graph, input, axes, counted, output);
    }
    node.answer(output);
  }

  private static List<PoolingAxis> axes(OperationNode node) {
    List<Integer> kernels = node.integers("kernel_sizes");
    Shape from = node.shape("x");
    if (from.rank() != kernels.size() + 2) {
      throw new UnsupportedLayerException(
          "its windows " + kernels + " do not fit its input " + from);
    }
    List<Integer> strides = node.integers("strides", Collections.nCopies(kernels.size(), 1));
    String type = node.text("pad_type", "valid");
    List<EdgeAmounts> edges =
        ConvolutionParameters.edges(
            type.equals("custom") ? node.integers("pad", List.of()) : List.of(), kernels.size());
    boolean ceil = node.flag("ceil_mode", false);
    List<PoolingAxis> axes = new ArrayList<>();
    for (int axis = 0; axis < kernels.size(); axis++) {
      int length = from.length(2 + axis);
      int kernel = kernels.get(axis);
      int stride = strides.get(axis);
      axes.add(
          switch (type) {
            case "same" ->
                PoolingAxis.of(
                    length, kernel, stride, Window.same(length, kernel, stride, HeavySide.END));
            case "same_lower" ->
                PoolingAxis.of(
                    length, kernel, stride, Window.same(length, kernel, stride, HeavySide.START));
            case "valid", "custom" ->
                ceil
                    ? roundedUp(length, kernel, stride, edges.get(axis))
                    : PoolingAxis.of(
                        length,
                        kernel,
                        stride,
                        Window.valid(
                            length,
                            kernel,
                            stride,
                            edges.get(axis).start(),
                            edges.get(axis).end()));
            default ->
                throw new UnsupportedLayerException("its pad_type '" + type + "' is not known");
          });
    }
    return axes;
  }

  /** The last window may reach past the padding, but must begin before it. */
  private static PoolingAxis roundedUp(int length, int kernel, int stride, EdgeAmounts pad) {
    int room = length + pad.start() + pad.end() - kernel;
    if (room < 0 || stride < 1) {
      throw new UnfitWindowException(
          "a window of " + kernel + " and stride " + stride + " does not fit " + length);
    }
    int output = (room + stride - 1) / stride + 1;
    if ((output - 1) * stride >= length + pad.start()) {
      output--;
    }
    int end = (output - 1) * stride + kernel - length - pad.start();
    return new PoolingAxis(
        kernel, stride, new Window(pad.start(), end, output), length + pad.end());
  }
}
