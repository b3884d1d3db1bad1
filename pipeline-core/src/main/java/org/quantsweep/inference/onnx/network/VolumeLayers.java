package org.quantsweep.inference.onnx.network;

import java.util.ArrayList;
import java.util.List;
import org.quantsweep.coreml.EdgeAmounts;
import org.quantsweep.coreml.HeavySide;
import org.quantsweep.coreml.Window;
import org.quantsweep.inference.onnx.OnnxGraph;
import org.quantsweep.inference.onnx.PoolingAxis;
import org.quantsweep.inference.onnx.Poolings;
import org.quantsweep.inference.onnx.ReduceFunction;
import org.quantsweep.inference.onnx.Reduction;
import org.quantsweep.inference.onnx.UnsupportedLayerException;
import org.quantsweep.proto.coreml.Pooling3DLayerParams;
import org.quantsweep.tensor.Shape;

/** Pooling of volumes {@code [N, C, D, H, W]}. */
final class VolumeLayers {
  private static final int RANK = 5;

  private VolumeLayers() {}

  static void pooling(LayerNode layer, OnnxGraph graph) {
    Pooling3DLayerParams pooling = layer.message().getPooling3D();
    Shape input = requireVolume(layer, graph);
    List<Integer> kernel =
        List.of(pooling.getKernelDepth(), pooling.getKernelHeight(), pooling.getKernelWidth());
    List<Integer> stride =
        List.of(pooling.getStrideDepth(), pooling.getStrideHeight(), pooling.getStrideWidth());
    List<EdgeAmounts> given =
        List.of(
            new EdgeAmounts(pooling.getCustomPaddingFront(), pooling.getCustomPaddingBack()),
            new EdgeAmounts(pooling.getCustomPaddingTop(), pooling.getCustomPaddingBottom()),
            new EdgeAmounts(pooling.getCustomPaddingLeft(), pooling.getCustomPaddingRight()));
    List<PoolingAxis> axes = new ArrayList<>();
    for (int axis = 0; axis < kernel.size(); axis++) {
      int length = input.length(2 + axis);
      int taps = kernel.get(axis);
      // A stride of 0 is one that the file does not name.
      int step = Math.max(1, stride.get(axis));
      EdgeAmounts edges = given.get(axis);
      Window window =
          switch (pooling.getPaddingType()) {
            case CUSTOM -> Window.valid(length, taps, step, edges.start(), edges.end());
            case VALID -> Window.valid(length, taps, step, 0, 0);
            default -> Window.same(length, taps, step, HeavySide.END);
          };
      axes.add(PoolingAxis.of(length, taps, step, window));
    }
    if (pooling.getType() == Pooling3DLayerParams.PoolingType3D.MAX) {
      Poolings.largest(graph, layer.input(), axes, layer.output());
      return;
    }
    Poolings.paddedMean(
        graph,
        layer.input(),
        axes,
        pooling.getCountExcludePadding() ? Poolings.Counted.ELEMENTS : Poolings.Counted.WINDOW,
        layer.output());
  }

  static void globalPooling(LayerNode layer, OnnxGraph graph) {
    requireVolume(layer, graph);
    boolean largest = layer.message().getGlobalPooling3D().getTypeValue() == 0;
    ReduceFunction function = largest ? ReduceFunction.MAX : ReduceFunction.MEAN;
    graph.bind(
        layer.output(), Reduction.keeping(function, List.of(2, 3, 4)).emit(graph, layer.input()));
  }

  /** The shape of the input. */
  static Shape requireVolume(LayerNode layer, OnnxGraph graph) {
    Shape input = graph.shape(layer.input());
    if (input.rank() != RANK) {
      throw new UnsupportedLayerException("its input " + input + " has not rank " + RANK);
    }
    return input;
  }
}
