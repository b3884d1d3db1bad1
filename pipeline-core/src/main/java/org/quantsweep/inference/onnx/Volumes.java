package org.quantsweep.inference.onnx;

import java.util.ArrayList;
import java.util.List;
import org.quantsweep.proto.coreml.Convolution3DLayerParams;
import org.quantsweep.proto.coreml.Pooling3DLayerParams;
import org.quantsweep.proto.coreml.SamePadding;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;

/** Convolution and pooling of {@code [N, C, D, H, W]}. */
final class Volumes {
  private static final int RANK = 5;
  private static final int AXES = 3;

  private Volumes() {}

  static void convolution(LayerNode layer, OnnxGraph graph) {
    Convolution3DLayerParams conv = layer.message().getConvolution3D();
    Shape input = volume(layer, graph);
    if (conv.getIsDeconvolution()) {
      throw new UnsupportedLayerException("it deconvolves volumes");
    }
    int[] kernel = {conv.getKernelDepth(), conv.getKernelHeight(), conv.getKernelWidth()};
    int[] stride = orOnes(conv.getStrideDepth(), conv.getStrideHeight(), conv.getStrideWidth());
    int[] dilation =
        orOnes(conv.getDilationDepth(), conv.getDilationHeight(), conv.getDilationWidth());
    int[] given = {
      conv.getCustomPaddingFront(), conv.getCustomPaddingTop(), conv.getCustomPaddingLeft(),
      conv.getCustomPaddingBack(), conv.getCustomPaddingBottom(), conv.getCustomPaddingRight()
    };
    int groups = Math.max(1, conv.getNGroups());
    int[] pads = new int[2 * AXES];
    int[] lengths = input.lengths();
    lengths[1] = conv.getOutputChannels();
    for (int axis = 0; axis < AXES; axis++) {
      int reach = (kernel[axis] - 1) * dilation[axis] + 1;
      Window window =
          switch (conv.getPaddingType()) {
            case CUSTOM ->
                Window.valid(
                    lengths[2 + axis], reach, stride[axis], given[axis], given[AXES + axis]);
            case VALID -> Window.valid(lengths[2 + axis], reach, stride[axis], 0, 0);
            default -> same(lengths[2 + axis], reach, stride[axis]);
          };
      pads[axis] = window.start();
      pads[AXES + axis] = window.end();
      lengths[2 + axis] = window.output();
    }
    int from = Math.multiplyExact(groups, conv.getInputChannels() / groups);
    if (from != input.length(1)) {
      throw new UnsupportedLayerException("its input " + input + " has not " + from + " channels");
    }
    Shape shape =
        Shape.of(conv.getOutputChannels(), from / groups, kernel[0], kernel[1], kernel[2]);
    List<String> inputs = new ArrayList<>();
    inputs.add(layer.input());
    inputs.add(graph.constant(shape, layer.weight("weights").sharedArray()));
    if (conv.getHasBias()) {
      Tensor bias = layer.weight("bias");
      inputs.add(graph.constant(bias.shape(), bias.sharedArray()));
    }
    graph.node(
        "Conv",
        layer.output(),
        Shape.of(lengths),
        inputs,
        OnnxGraph.attribute("kernel_shape", kernel),
        OnnxGraph.attribute("strides", stride),
        OnnxGraph.attribute("dilations", dilation),
        OnnxGraph.attribute("group", (long) groups),
        OnnxGraph.attribute("pads", pads));
  }

  static void pooling(LayerNode layer, OnnxGraph graph) {
    Pooling3DLayerParams pooling = layer.message().getPooling3D();
    Shape input = volume(layer, graph);
    int[] kernel = {pooling.getKernelDepth(), pooling.getKernelHeight(), pooling.getKernelWidth()};
    int[] stride =
        orOnes(pooling.getStrideDepth(), pooling.getStrideHeight(), pooling.getStrideWidth());
    int[] given = {
      pooling.getCustomPaddingFront(),
      pooling.getCustomPaddingTop(),
      pooling.getCustomPaddingLeft(),
      pooling.getCustomPaddingBack(),
      pooling.getCustomPaddingBottom(),
      pooling.getCustomPaddingRight()
    };
    int[] pads = new int[2 * AXES];
    int[] lengths = input.lengths();
    for (int axis = 0; axis < AXES; axis++) {
      Window window =
          switch (pooling.getPaddingType()) {
            case CUSTOM ->
                Window.valid(
                    lengths[2 + axis], kernel[axis], stride[axis], given[axis], given[AXES + axis]);
            case VALID -> Window.valid(lengths[2 + axis], kernel[axis], stride[axis], 0, 0);
            default -> same(lengths[2 + axis], kernel[axis], stride[axis]);
          };
      pads[axis] = window.start();
      pads[AXES + axis] = window.end();
      if (Math.max(window.start(), window.end()) >= kernel[axis]) {
        throw new UnsupportedLayerException(
            "its padding of "
                + Math.max(window.start(), window.end())
                + " is not smaller than its window");
      }
      lengths[2 + axis] = window.output();
    }
    boolean largest = pooling.getType() == Pooling3DLayerParams.PoolingType3D.MAX;
    List<org.quantsweep.proto.onnx.AttributeProto> attributes =
        new ArrayList<>(
            List.of(
                OnnxGraph.attribute("kernel_shape", kernel),
                OnnxGraph.attribute("strides", stride),
                OnnxGraph.attribute("pads", pads)));
    if (!largest) {
      attributes.add(OnnxGraph.attribute("count_include_pad", !pooling.getCountExcludePadding()));
    }
    graph.node(
        largest ? "MaxPool" : "AveragePool",
        layer.output(),
        Shape.of(lengths),
        List.of(layer.input()),
        attributes.toArray(org.quantsweep.proto.onnx.AttributeProto[]::new));
  }

  static void globalPooling(LayerNode layer, OnnxGraph graph) {
    volume(layer, graph);
    boolean largest = layer.message().getGlobalPooling3D().getTypeValue() == 0;
    graph.bind(
        layer.output(),
        Reductions.reduce(
            graph, largest ? "ReduceMax" : "ReduceMean", layer.input(), List.of(2, 3, 4), true));
  }

  private static Window same(int length, int reach, int stride) {
    return Window.same(length, reach, stride, SamePadding.SamePaddingMode.BOTTOM_RIGHT_HEAVY);
  }

  private static int[] orOnes(int depth, int height, int width) {
    return new int[] {Math.max(1, depth), Math.max(1, height), Math.max(1, width)};
  }

  private static Shape volume(LayerNode layer, OnnxGraph graph) {
    Shape input = graph.shape(layer.input());
    if (input.rank() != RANK) {
      throw new UnsupportedLayerException("its input " + input + " has not rank " + RANK);
    }
    return input;
  }
}
