package org.quantsweep.inference.onnx.network;

import java.util.List;
import org.quantsweep.inference.onnx.Normalization;
import org.quantsweep.inference.onnx.OnnxGraph;
import org.quantsweep.inference.onnx.UnsupportedLayerException;
import org.quantsweep.proto.coreml.BatchnormLayerParams;
import org.quantsweep.proto.coreml.BiasLayerParams;
import org.quantsweep.proto.coreml.LRNLayerParams;
import org.quantsweep.proto.coreml.MeanVarianceNormalizeLayerParams;
import org.quantsweep.proto.coreml.ScaleLayerParams;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;

/** Norms of all kinds, scales and biases. */
final class NormalizationLayers {
  private static final float BATCH_EPSILON = 1e-5f;
  private static final float DEFAULT_EPSILON = 1e-6f;

  private NormalizationLayers() {}

  static void batchnorm(LayerNode layer, OnnxGraph graph) {
    BatchnormLayerParams norm = layer.message().getBatchnorm();
    Tensor gamma = layer.weight("gamma");
    Tensor beta = layer.weight("beta");
    float epsilon = norm.getEpsilon() == 0 ? BATCH_EPSILON : norm.getEpsilon();
    // Over a batch of one, the mean of the batch is the mean of the instance.
    if (norm.getComputeMeanVar()
        && !norm.getInstanceNormalization()
        && graph.shape(layer.input()).length(0) != 1) {
      throw new UnsupportedLayerException("it takes its mean over a batch");
    }
    Normalization normalization =
        norm.getComputeMeanVar()
            ? new Normalization.Instance(gamma, beta, epsilon)
            : new Normalization.Batch(
                gamma, beta, layer.weight("mean"), layer.weight("variance"), epsilon);
    normalization.emit(graph, layer.input(), layer.output());
  }

  /** Over neighbouring channels. */
  static void responses(LayerNode layer, OnnxGraph graph) {
    LRNLayerParams norm = layer.message().getLrn();
    float bias = norm.getK() == 0 ? 1 : norm.getK();
    new Normalization.LocalResponse(norm.getAlpha(), norm.getBeta(), bias, norm.getLocalSize())
        .emit(graph, layer.input(), layer.output());
  }

  /** Over channels, height and width. */
  static void length(LayerNode layer, OnnxGraph graph) {
    float epsilon = layer.message().getL2Normalize().getEpsilon();
    new Normalization.Length(List.of(1, 2, 3), orDefault(epsilon))
        .emit(graph, layer.input(), layer.output());
  }

  /** Takes away the mean, and divides by the deviation when asked. */
  static void meanVariance(LayerNode layer, OnnxGraph graph) {
    MeanVarianceNormalizeLayerParams norm = layer.message().getMvn();
    List<Integer> axes = norm.getAcrossChannels() ? List.of(1, 2, 3) : List.of(2, 3);
    Normalization normalization =
        norm.getNormalizeVariance()
            ? new Normalization.MeanVariance(axes, orDefault(norm.getEpsilon()))
            : new Normalization.Mean(axes);
    normalization.emit(graph, layer.input(), layer.output());
  }

  private static float orDefault(float epsilon) {
    return epsilon == 0 ? DEFAULT_EPSILON : epsilon;
  }

  /** Over the last axes, as many as the normalized shape has. */
  static void layerNormalization(LayerNode layer, OnnxGraph graph) {
    var norm = layer.message().getLayerNormalization();
    new Normalization.Layer(
            Shape.of(norm.getNormalizedShapeList()),
            layer.weight("gamma"),
            layer.weight("beta"),
            norm.getEps())
        .emit(graph, layer.input(), layer.output());
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
