package org.quantsweep.inference.onnx;

import java.util.List;
import org.quantsweep.proto.coreml.BatchnormLayerParams;
import org.quantsweep.proto.coreml.BiasLayerParams;
import org.quantsweep.proto.coreml.ScaleLayerParams;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;

/** Batch and instance norm, scales and biases. */
final class Normalizations {
  private Normalizations() {}

  /** y = gamma (x - mean) / sqrt(variance + epsilon) + beta, for each channel. */
  static void batchnorm(LayerNode layer, OnnxGraph graph) {
    BatchnormLayerParams norm = layer.message().getBatchnorm();
    Shape shape = graph.shape(layer.input());
    Tensor gamma = layer.weight("gamma");
    Tensor beta = layer.weight("beta");
    if (norm.getInstanceNormalization() || norm.getComputeMeanVar()) {
      if (shape.rank() != 4 || shape.length(0) != 1) {
        throw new UnsupportedLayerException(
            "it normalizes an input " + shape + " that is no picture");
      }
      graph.node(
          "InstanceNormalization",
          layer.output(),
          shape,
          List.of(
              layer.input(),
              graph.constant(gamma.shape(), gamma.sharedArray()),
              graph.constant(beta.shape(), beta.sharedArray())),
          OnnxGraph.attribute("epsilon", norm.getEpsilon()));
      return;
    }
    Tensor mean = layer.weight("mean");
    Tensor variance = layer.weight("variance");
    float[] scale = new float[gamma.size()];
    float[] shift = new float[gamma.size()];
    for (int i = 0; i < scale.length; i++) {
      double factor = gamma.get(i) / Math.sqrt((double) variance.get(i) + norm.getEpsilon());
      scale[i] = (float) factor;
      shift[i] = (float) (beta.get(i) - mean.get(i) * factor);
    }
    if (shape.rank() == 4) {
      float[] zeros = new float[scale.length];
      float[] ones = new float[scale.length];
      java.util.Arrays.fill(ones, 1);
      // As a norm of mean 0 and variance 1, which the engine fuses into a convolution before it.
      graph.node(
          "BatchNormalization",
          layer.output(),
          shape,
          List.of(
              layer.input(),
              graph.constant(gamma.shape(), scale),
              graph.constant(gamma.shape(), shift),
              graph.constant(gamma.shape(), zeros),
              graph.constant(gamma.shape(), ones)),
          OnnxGraph.attribute("epsilon", 0f));
      return;
    }
    Shape channels = shape.rank() < 3 ? Shape.of(scale.length) : Shape.of(scale.length, 1, 1);
    String scaled =
        graph.node("Mul", shape, List.of(layer.input(), graph.constant(channels, scale)));
    graph.node("Add", layer.output(), shape, List.of(scaled, graph.constant(channels, shift)));
  }

  static void scale(LayerNode layer, OnnxGraph graph) {
    ScaleLayerParams scale = layer.message().getScale();
    Shape shape = graph.shape(layer.input());
    String factors = parameter(graph, shape, scale.getShapeScaleList(), layer.weight("scale"));
    if (!scale.getHasBias()) {
      graph.node("Mul", layer.output(), shape, List.of(layer.input(), factors));
      return;
    }
    String scaled = graph.node("Mul", shape, List.of(layer.input(), factors));
    String bias = parameter(graph, shape, scale.getShapeBiasList(), layer.weight("bias"));
    graph.node("Add", layer.output(), shape, List.of(scaled, bias));
  }

  static void bias(LayerNode layer, OnnxGraph graph) {
    BiasLayerParams bias = layer.message().getBias();
    Shape shape = graph.shape(layer.input());
    String values = parameter(graph, shape, bias.getShapeList(), layer.weight("bias"));
    graph.node("Add", layer.output(), shape, List.of(layer.input(), values));
  }

  /** Values of shape [1], [C] or [C, H, W], shaped for the input. */
  private static String parameter(OnnxGraph graph, Shape input, List<Long> lengths, Tensor values) {
    Shape shape = Shape.of(lengths);
    if (shape.rank() == 1 && input.rank() >= 3) {
      shape = Shape.of(shape.length(0), 1, 1);
    }
    if (shape.elementCount() != values.size()) {
      throw new UnsupportedLayerException(
          "its shape " + shape + " does not fit " + values.size() + " values");
    }
    return graph.constant(shape, values.sharedArray());
  }
}
