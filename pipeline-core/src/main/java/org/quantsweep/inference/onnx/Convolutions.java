package org.quantsweep.inference.onnx;

import java.util.ArrayList;
import java.util.List;
import org.quantsweep.proto.coreml.ConvolutionLayerParams;
import org.quantsweep.proto.coreml.SamePadding;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;

/** Convolutions and deconvolutions of {@code [N, C, H, W]}, with groups and dilation. */
final class Convolutions {
  private Convolutions() {}

  static void lower(LayerNode layer, OnnxGraph graph) {
    ConvolutionLayerParams conv = layer.message().getConvolution();
    layer.requireInputs(1, "its weights are an input");
    Shape input = graph.shape(layer.input());
    int[] kernel = Window.pair(conv.getKernelSizeList(), 3);
    int[] stride = Window.pair(conv.getStrideList(), 1);
    int[] dilation = Window.pair(conv.getDilationFactorList(), 1);
    int groups = Math.max(1, Math.toIntExact(conv.getNGroups()));
    Tensor weights = layer.weight("weights");
    int channels = weights.shape().length(conv.getIsDeconvolution() ? 0 : 1);
    channels *= conv.getIsDeconvolution() ? 1 : groups;
    if (channels != input.length(1)) {
      throw new UnsupportedLayerException(
          "its input " + input + " has not " + channels + " channels");
    }
    List<String> inputs = new ArrayList<>();
    inputs.add(layer.input());
    inputs.add(graph.constant(weights.shape(), weights.sharedArray()));
    if (conv.getHasBias()) {
      Tensor bias = layer.weight("bias");
      inputs.add(graph.constant(bias.shape(), bias.sharedArray()));
    }
    int[] pads = new int[4];
    int[] extra = new int[2];
    int[] output = new int[2];
    for (int axis = 0; axis < 2; axis++) {
      int reach = (kernel[axis] - 1) * dilation[axis] + 1;
      int length = input.length(2 + axis);
      Window window =
          conv.getIsDeconvolution()
              ? deconvolution(conv, axis, length, reach, stride[axis])
              : convolution(conv, axis, length, reach, stride[axis]);
      pads[axis] = window.start();
      pads[2 + axis] = Math.max(0, window.end());
      extra[axis] = Math.max(0, -window.end());
      output[axis] = window.output();
    }
    Shape shape =
        Shape.of(input.length(0), Math.toIntExact(conv.getOutputChannels()), output[0], output[1]);
    if (conv.getIsDeconvolution()) {
      graph.node(
          "ConvTranspose",
          layer.output(),
          shape,
          inputs,
          OnnxGraph.attribute("kernel_shape", kernel),
          OnnxGraph.attribute("strides", stride),
          OnnxGraph.attribute("dilations", dilation),
          OnnxGraph.attribute("group", (long) groups),
          OnnxGraph.attribute("pads", pads),
          OnnxGraph.attribute("output_padding", extra));
    } else {
      graph.node(
          "Conv",
          layer.output(),
          shape,
          inputs,
          OnnxGraph.attribute("kernel_shape", kernel),
          OnnxGraph.attribute("strides", stride),
          OnnxGraph.attribute("dilations", dilation),
          OnnxGraph.attribute("group", (long) groups),
          OnnxGraph.attribute("pads", pads));
    }
  }

  private static Window convolution(
      ConvolutionLayerParams conv, int axis, int length, int reach, int stride) {
    if (conv.hasSame()) {
      return Window.same(length, reach, stride, conv.getSame().getAsymmetryMode());
    }
    int[] amounts = Window.amounts(conv.getValid().getPaddingAmounts(), axis);
    return Window.valid(length, reach, stride, amounts[0], amounts[1]);
  }

  /** What a deconvolution cuts off at both ends; a negative end adds zeros there. */
  private static Window deconvolution(
      ConvolutionLayerParams conv, int axis, int length, int reach, int stride) {
    int whole = (length - 1) * stride + reach;
    if (conv.getOutputShapeCount() == 2) {
      int wanted = Math.toIntExact(conv.getOutputShape(axis));
      return cut(whole, wanted, conv.getSame().getAsymmetryMode());
    }
    if (conv.hasSame()) {
      return cut(whole, length * stride, conv.getSame().getAsymmetryMode());
    }
    int[] amounts = Window.amounts(conv.getValid().getPaddingAmounts(), axis);
    return new Window(amounts[0], amounts[1], whole - amounts[0] - amounts[1]);
  }

  private static Window cut(int whole, int wanted, SamePadding.SamePaddingMode mode) {
    int total = whole - wanted;
    if (total < 0) {
      return new Window(0, total, wanted);
    }
    int less = total / 2;
    return mode == SamePadding.SamePaddingMode.TOP_LEFT_HEAVY
        ? new Window(total - less, less, wanted)
        : new Window(less, total - less, wanted);
  }
}
