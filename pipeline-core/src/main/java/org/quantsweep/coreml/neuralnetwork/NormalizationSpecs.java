package org.quantsweep.coreml.neuralnetwork;

import java.util.List;
import java.util.Optional;
import org.quantsweep.proto.coreml.BatchnormLayerParams;
import org.quantsweep.proto.coreml.NeuralNetworkLayer;
import org.quantsweep.proto.coreml.NeuralNetworkLayer.LayerCase;
import org.quantsweep.proto.coreml.ScaleLayerParams;

/** Normalizations, and the layers that scale and shift by stored numbers. */
final class NormalizationSpecs {
  private static final LayerRanks CHANNELS = LayerRanks.atLeast(3);

  private NormalizationSpecs() {}

  static List<LayerSpec> all() {
    return List.of(
        LayerSpec.of(LayerCase.BATCHNORM, 1)
            .ranks(CHANNELS)
            .weights(NormalizationSpecs::batchnormWeights)
            .sizes(NormalizationSpecs::batchnormSize)
            .build(),
        LayerSpec.of(LayerCase.MVN, 1).ranks(CHANNELS).sizes(SizeRule.KEPT).build(),
        LayerSpec.of(LayerCase.L2NORMALIZE, 1).ranks(CHANNELS).sizes(SizeRule.KEPT).build(),
        LayerSpec.of(LayerCase.LRN, 1).ranks(CHANNELS).sizes(SizeRule.KEPT).build(),
        LayerSpec.of(LayerCase.SCALE, 1)
            .ranks(CHANNELS)
            .weights(NormalizationSpecs::scaleWeights)
            .parameters(NormalizationSpecs::checkScale)
            .sizes(SizeRule.KEPT)
            .build(),
        LayerSpec.of(LayerCase.BIAS, 1)
            .ranks(CHANNELS)
            .weights((layer, fields) -> fields.shaped("bias", layer.getBias().getShapeList(), true))
            .parameters(
                findings ->
                    findings.shapeRank("shape", findings.layer().getBias().getShapeList(), 1, 3))
            .sizes(SizeRule.KEPT)
            .build(),
        LayerSpec.of(LayerCase.LAYERNORMALIZATION, 4)
            .weights(NormalizationSpecs::layerNormalizationWeights)
            .weightForms(WeightForms.FLOAT32)
            .parameters(NormalizationSpecs::checkLayerNormalization)
            .build());
  }

  private static void batchnormWeights(NeuralNetworkLayer layer, WeightFields fields) {
    BatchnormLayerParams norm = layer.getBatchnorm();
    long channels = norm.getChannels();
    fields.vector("gamma", channels);
    fields.vector("beta", channels);
    // Statistics computed at run time need none in the file; some writers leave them there.
    boolean computed = norm.getComputeMeanVar();
    fields.add("mean", List.of(channels), 0, 1, true, !computed);
    fields.add("variance", List.of(channels), 0, 1, true, !computed);
  }

  private static Optional<BlobSize> batchnormSize(NeuralNetworkLayer layer, BlobSizes known) {
    Optional<BlobSize> input = known.input(layer);
    input.ifPresent(size -> known.expectChannels(layer, layer.getBatchnorm().getChannels(), size));
    return input;
  }

  private static void scaleWeights(NeuralNetworkLayer layer, WeightFields fields) {
    ScaleLayerParams scale = layer.getScale();
    fields.shaped("scale", scale.getShapeScaleList(), true);
    if (scale.getHasBias()) {
      fields.shaped("bias", scale.getShapeBiasList(), true);
    }
  }

  private static void checkScale(LayerFindings findings) {
    ScaleLayerParams scale = findings.layer().getScale();
    findings.shapeRank("shapeScale", scale.getShapeScaleList(), 1, 3);
    if (scale.getHasBias()) {
      findings.shapeRank("shapeBias", scale.getShapeBiasList(), 1, 3);
    }
  }

  private static void layerNormalizationWeights(NeuralNetworkLayer layer, WeightFields fields) {
    List<Long> shape = layer.getLayerNormalization().getNormalizedShapeList();
    // The format takes only float32 here.
    fields.add("gamma", shape, 0, 0, true, true);
    fields.add("beta", shape, 0, 0, true, true);
  }

  private static void checkLayerNormalization(LayerFindings findings) {
    if (findings.layer().getLayerNormalization().getNormalizedShapeCount() == 0) {
      findings.problem("has no normalizedShape.");
    }
  }
}
