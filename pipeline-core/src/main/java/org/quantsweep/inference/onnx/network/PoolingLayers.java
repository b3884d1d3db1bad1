package org.quantsweep.inference.onnx.network;

import java.util.ArrayList;
import java.util.List;
import org.quantsweep.coreml.EdgeAmounts;
import org.quantsweep.coreml.UnfitWindowException;
import org.quantsweep.coreml.Window;
import org.quantsweep.coreml.neuralnetwork.ConvolutionMessages;
import org.quantsweep.inference.onnx.OnnxGraph;
import org.quantsweep.inference.onnx.PoolingAxis;
import org.quantsweep.inference.onnx.Poolings;
import org.quantsweep.inference.onnx.UnsupportedLayerException;
import org.quantsweep.proto.coreml.PoolingLayerParams;
import org.quantsweep.tensor.Shape;

/** Pooling of pictures {@code [N, C, H, W]}. */
final class PoolingLayers {
  private PoolingLayers() {}

  static void lower(LayerNode layer, OnnxGraph graph) {
    PoolingLayerParams pooling = layer.message().getPooling();
    Shape input = graph.shape(layer.input());
    List<PoolingAxis> axes = new ArrayList<>();
    for (int axis = 0; axis < 2; axis++) {
      axes.add(axis(pooling, axis, input.length(2 + axis)));
    }
    switch (pooling.getType()) {
      case MAX -> Poolings.largest(graph, layer.input(), axes, layer.output());
      case AVERAGE ->
          Poolings.mean(
              graph,
              layer.input(),
              axes,
              pooling.getAvgPoolExcludePadding()
                  ? Poolings.Counted.ELEMENTS
                  : Poolings.Counted.WINDOW,
              layer.output());
      case L2 -> Poolings.root(graph, layer.input(), axes, layer.output());
      default -> throw new UnsupportedLayerException("its pooling type is not known");
    }
  }

  private static PoolingAxis axis(PoolingLayerParams pooling, int axis, int length) {
    if (pooling.getGlobalPooling()) {
      return PoolingAxis.of(length, length, 1, Window.valid(length, length, 1, 0, 0));
    }
    int kernel = ConvolutionMessages.pair(pooling.getKernelSizeList(), 3).get(axis);
    int stride = ConvolutionMessages.pair(pooling.getStrideList(), 1).get(axis);
    if (pooling.hasIncludeLastPixel()) {
      Window window = withLastPixel(pooling, axis, length, kernel, stride);
      // Windows may reach past the padding that counts; those elements never do.
      return new PoolingAxis(kernel, stride, window, length + window.start());
    }
    if (pooling.hasSame()) {
      Window window =
          Window.same(length, kernel, stride, ConvolutionMessages.heavySide(pooling.getSame()));
      return PoolingAxis.of(length, kernel, stride, window);
    }
    EdgeAmounts edges = ConvolutionMessages.amounts(pooling.getValid().getPaddingAmounts(), axis);
    return PoolingAxis.of(
        length, kernel, stride, Window.valid(length, kernel, stride, edges.start(), edges.end()));
  }

  /** Rounded up, so that the last element is pooled too; a window must begin inside. */
  private static Window withLastPixel(
      PoolingLayerParams pooling, int axis, int length, int kernel, int stride) {
    List<Long> amounts = pooling.getIncludeLastPixel().getPaddingAmountsList();
    int pad = amounts.size() > axis ? Math.toIntExact(amounts.get(axis)) : 0;
    int room = length + 2 * pad - kernel;
    if (room < 0 || stride < 1) {
      throw new UnfitWindowException(
          "a window of " + kernel + " and stride " + stride + " does not fit " + length);
    }
    int output = (room + stride - 1) / stride + 1;
    boolean padded = amounts.stream().anyMatch(amount -> amount > 0);
    if (padded && (output - 1) * stride >= length + pad) {
      output--;
    }
    return new Window(pad, (output - 1) * stride + kernel - length - pad, output);
  }
}
