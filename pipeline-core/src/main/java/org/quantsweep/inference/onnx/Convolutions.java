package org.quantsweep.inference.onnx;

import java.util.ArrayList;
import java.util.List;
import org.quantsweep.coreml.ConvolutionGeometry;
import org.quantsweep.coreml.Window;
import org.quantsweep.tensor.Shape;

/** Convolutions and deconvolutions of {@code [N, C, axes...]}, with groups and dilation. */
public final class Convolutions {
  private Convolutions() {}

  /**
   * Convolves.
   *
   * @param operands the input {@code [N, C, axes...]}; the weights {@code [C_out, C / groups,
   *     kernel...]}, of a deconvolution {@code [C, C_out / groups, kernel...]}; perhaps a bias
   *     {@code [C_out]}
   * @throws UnsupportedLayerException when the channels of input and weights differ
   * @throws org.quantsweep.coreml.UnfitWindowException when the kernel does not fit the input
   */
  public static void emit(
      OnnxGraph graph, ConvolutionGeometry geometry, List<String> operands, String output) {
    Shape input = graph.shape(operands.get(0));
    Shape weights = graph.shape(operands.get(1));
    boolean spreads = geometry.isDeconvolution();
    int groups = geometry.groups();
    int channels = weights.length(spreads ? 0 : 1) * (spreads ? 1 : groups);
    if (channels != input.length(1)) {
      throw new UnsupportedLayerException(
          "its input " + input + " has not " + channels + " channels");
    }
    List<Integer> lengths = new ArrayList<>();
    lengths.add(input.length(0));
    lengths.add(weights.length(spreads ? 1 : 0) * (spreads ? groups : 1));
    List<Integer> starts = new ArrayList<>();
    List<Integer> ends = new ArrayList<>();
    List<Integer> extra = new ArrayList<>();
    for (int axis = 0; axis < geometry.axes().size(); axis++) {
      Window window = geometry.window(axis, input.length(2 + axis));
      starts.add(window.start());
      ends.add(Math.max(0, window.end()));
      extra.add(Math.max(0, -window.end()));
      lengths.add(window.output());
    }
    starts.addAll(ends);
    List<ConvolutionGeometry.Axis> axes = geometry.axes();
    List<Attribute> attributes = new ArrayList<>();
    attributes.add(
        Attribute.ofIntegers(
            "kernel_shape", axes.stream().map(ConvolutionGeometry.Axis::kernel).toList()));
    attributes.add(
        Attribute.ofIntegers(
            "strides", axes.stream().map(ConvolutionGeometry.Axis::stride).toList()));
    attributes.add(
        Attribute.ofIntegers(
            "dilations", axes.stream().map(ConvolutionGeometry.Axis::dilation).toList()));
    attributes.add(Attribute.of("group", groups));
    attributes.add(Attribute.ofIntegers("pads", starts));
    if (spreads) {
      attributes.add(Attribute.ofIntegers("output_padding", extra));
    }
    graph.node(
        spreads ? "ConvTranspose" : "Conv",
        output,
        Shape.of(lengths),
        operands,
        attributes.toArray(Attribute[]::new));
  }
}
