package org.quantsweep.coreml.neuralnetwork;

import java.util.ArrayList;
import java.util.List;
import org.quantsweep.proto.coreml.EmbeddingLayerParams;
import org.quantsweep.proto.coreml.EmbeddingNDLayerParams;
import org.quantsweep.proto.coreml.NeuralNetworkLayer;
import org.quantsweep.proto.coreml.NeuralNetworkLayer.LayerCase;

/**
 * Rows and elements found by their numbers. Embeddings are no linear uses of their input, which is
 * a number of a row.
 */
final class LookUpSpecs {
  private LookUpSpecs() {}

  static List<LayerSpec> all() {
    List<LayerSpec> specs = new ArrayList<>();
    specs.add(
        LayerSpec.of(LayerCase.EMBEDDING, 1)
            .ranks(LayerRanks.atLeast(4))
            .weights(LookUpSpecs::weights)
            .build());
    specs.add(
        LayerSpec.of(LayerCase.EMBEDDINGND, 4)
            .ranks(new LayerRanks(2, 5))
            .weights(LookUpSpecs::weightsNd)
            .build());
    specs.add(LayerSpec.of(LayerCase.ONEHOT, 5).inputs(1, 2).build());
    specs.addAll(
        LayerSpec.plain(
            4,
            LayerArity.inputs(2, 2),
            LayerCase.GATHER,
            LayerCase.GATHERND,
            LayerCase.GATHERALONGAXIS));
    specs.addAll(
        LayerSpec.plain(
            4,
            LayerArity.inputs(3, 3),
            LayerCase.SCATTER,
            LayerCase.SCATTERND,
            LayerCase.SCATTERALONGAXIS));
    return specs;
  }

  private static void weights(NeuralNetworkLayer layer, WeightFields fields) {
    EmbeddingLayerParams embedding = layer.getEmbedding();
    long outputs = embedding.getOutputChannels();
    fields.matrix("weights", 0, outputs, List.of(outputs, embedding.getInputDim()));
    if (embedding.getHasBias()) {
      fields.vector("bias", outputs);
    }
  }

  private static void weightsNd(NeuralNetworkLayer layer, WeightFields fields) {
    EmbeddingNDLayerParams embedding = layer.getEmbeddingND();
    long size = embedding.getEmbeddingSize();
    fields.matrix("weights", 0, size, List.of(size, embedding.getVocabSize()));
    if (embedding.getHasBias()) {
      fields.vector("bias", size);
    }
  }
}
