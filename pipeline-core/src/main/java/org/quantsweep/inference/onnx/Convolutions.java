package org.quantsweep.inference.onnx;

import java.util.ArrayList;
import java.util.List;
import org.quantsweep.proto.coreml.ConvolutionLayerParams;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;

/** Convolutions and deconvolutions of {@code [N, C, H, W]}, with groups and dilation. */
final class Convolutions {
  private Convolutions() {}

  static void lower(LayerNode layer, OnnxGraph graph) {
    ConvolutionLayerParams conv = layer.message().getConvolution();
    layer.requireInputs(1, "its weights are an input");
    Shape input = graph.shape(layer.input());
    ConvolutionGeometry geometry = new ConvolutionGeometry(conv);
    int[] kernel = {geometry.kernel(0), geometry.kernel(1)};
    int[] stride = {geometry.stride(0), geometry.stride(1)};
    int[] dilation = {geometry.dilation(0), geometry.dilation(1)};
    int groups = geometry.groups();
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
      Window window = geometry.window(axis, input.length(2 + axis));
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
}
