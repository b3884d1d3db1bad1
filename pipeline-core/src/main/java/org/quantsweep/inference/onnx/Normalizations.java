package org.quantsweep.inference.onnx;

import java.util.List;
import org.quantsweep.proto.coreml.BatchnormLayerParams;
import org.quantsweep.proto.coreml.BiasLayerParams;
import org.quantsweep.proto.coreml.LRNLayerParams;
import org.quantsweep.proto.coreml.MeanVarianceNormalizeLayerParams;
import org.quantsweep.proto.coreml.ScaleLayerParams;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;

/** Norms of all kinds, scales and biases. */
final class Normalizations {
  private static final float DEFAULT_EPSILON = 1e-6f;

  private Normalizations() {}

  /** y = gamma (x - mean) / sqrt(variance + epsilon) + beta, for each channel. */
  static void batchnorm(LayerNode layer, OnnxGraph graph) {
    BatchnormLayerParams norm = layer.message().getBatchnorm();
    Shape shape = graph.shape(layer.input());
    Tensor gamma = layer.weight("gamma");
    Tensor beta = layer.weight("beta");
    float epsilon = norm.getEpsilon() == 0 ? 1e-5f : norm.getEpsilon();
    if (gamma.size() != shape.length(1)) {
      throw new UnsupportedLayerException(
          "its " + gamma.size() + " channels are not those of its input " + shape);
    }
    if (norm.getComputeMeanVar()) {
      // Over a batch of one, the mean of the batch is the mean of the instance.
      if (!norm.getInstanceNormalization() && shape.length(0) != 1) {
        throw new UnsupportedLayerException("it takes its mean over a batch");
      }
      graph.node(
          "InstanceNormalization",
          layer.output(),
          shape,
          List.of(
              layer.input(),
              graph.constant(gamma.shape(), gamma.sharedArray()),
              graph.constant(beta.shape(), beta.sharedArray())),
          OnnxGraph.attribute("epsilon", epsilon));
      return;
    }
    Tensor mean = layer.weight("mean");
    Tensor variance = layer.weight("variance");
    float[] scale = new float[gamma.size()];
    float[] shift = new float[gamma.size()];
    for (int i = 0; i < scale.length; i++) {
      double factor = gamma.get(i) / Math.sqrt((double) variance.get(i) + epsilon);
      scale[i] = (float) factor;
      shift[i] = (float) (beta.get(i) - mean.get(i) * factor);
    }
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
  }

  /** Over neighbouring channels: x / (k + alpha / size * sum of squares) ^ beta. */
  static void responses(LayerNode layer, OnnxGraph graph) {
    LRNLayerParams norm = layer.message().getLrn();
    if (norm.getLocalSize() % 2 == 0) {
      throw new UnsupportedLayerException("its window of " + norm.getLocalSize() + " is not odd");
    }
    graph.node(
        "LRN",
        layer.output(),
        graph.shape(layer.input()),
        List.of(layer.input()),
        OnnxGraph.attribute("alpha", norm.getAlpha()),
        OnnxGraph.attribute("beta", norm.getBeta()),
        OnnxGraph.attribute("bias", norm.getK() == 0 ? 1 : norm.getK()),
        OnnxGraph.attribute("size", norm.getLocalSize()));
  }

  /** x / sqrt(sum of squares + epsilon) over channels, height and width. */
  static void length(LayerNode layer, OnnxGraph graph) {
    float given = layer.message().getL2Normalize().getEpsilon();
    String x = layer.input();
    String sum = Reductions.reduce(graph, "ReduceSumSquare", x, List.of(1, 2, 3), true);
    String length = root(graph, sum, given);
    graph.bind(layer.output(), graph.binary("Div", x, length));
  }

  /** Takes away the mean, and divides by the deviation when asked. */
  static void meanVariance(LayerNode layer, OnnxGraph graph) {
    MeanVarianceNormalizeLayerParams norm = layer.message().getMvn();
    List<Integer> axes = norm.getAcrossChannels() ? List.of(1, 2, 3) : List.of(2, 3);
    String x = layer.input();
    String centred = graph.binary("Sub", x, Reductions.reduce(graph, "ReduceMean", x, axes, true));
    if (norm.getNormalizeVariance()) {
      String squares = graph.binary("Mul", centred, centred);
      String variance = Reductions.reduce(graph, "ReduceMean", squares, axes, true);
      centred = graph.binary("Div", centred, root(graph, variance, norm.getEpsilon()));
    }
    graph.bind(layer.output(), centred);
  }

  private static String root(OnnxGraph graph, String value, float epsilon) {
    float added = epsilon == 0 ? DEFAULT_EPSILON : epsilon;
    return graph.unary("Sqrt", graph.binary("Add", value, graph.scalar(added)));
  }

  /** Over the last axes, as many as the normalized shape has. */
  static void layerNormalization(LayerNode layer, OnnxGraph graph) {
    var norm = layer.message().getLayerNormalization();
    Shape input = graph.shape(layer.input());
    Shape normalized = Shape.of(norm.getNormalizedShapeList());
    boolean fits = normalized.rank() <= input.rank();
    for (int axis = 1; fits && axis <= normalized.rank(); axis++) {
      fits = normalized.length(-axis) == input.length(-axis);
    }
    if (!fits) {
      throw new UnsupportedLayerException("it normalizes " + normalized + " of " + input);
    }
    graph.node(
        "LayerNormalization",
        layer.output(),
        input,
        List.of(
            layer.input(),
            graph.constant(normalized, layer.weight("gamma").sharedArray()),
            graph.constant(normalized, layer.weight("beta").sharedArray())),
        OnnxGraph.attribute("axis", (long) (input.rank() - normalized.rank())),
        OnnxGraph.attribute("epsilon", norm.getEps()));
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
