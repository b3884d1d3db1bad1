package org.quantsweep.coreml.neuralnetwork;

import java.util.List;
import java.util.Optional;
import org.quantsweep.proto.coreml.BatchedMatMulLayerParams;
import org.quantsweep.proto.coreml.InnerProductLayerParams;
import org.quantsweep.proto.coreml.NeuralNetworkLayer;
import org.quantsweep.proto.coreml.NeuralNetworkLayer.LayerCase;

/** Products of matrices and vectors. */
final class ProductSpecs {
  private static final LinearField PRODUCT = new LinearField(LinearField.Form.PRODUCT, "bias");

  private ProductSpecs() {}

  static List<LayerSpec> all() {
    return List.of(
        LayerSpec.of(LayerCase.INNERPRODUCT, 1)
            .newerWhen(layer -> layer.getInnerProduct().getInt8DynamicQuantize())
            .ranks(new LayerRanks(1, 5))
            .weights(ProductSpecs::innerWeights)
            .int8When(layer -> layer.getInnerProduct().getInt8DynamicQuantize())
            .sizes(ProductSpecs::innerSize)
            .linear(PRODUCT, "weights"::equals)
            .trainable()
            .build(),
        LayerSpec.of(LayerCase.BATCHEDMATMUL, 4)
            .inputs(1, 2)
            .weights(ProductSpecs::batchedWeights)
            .int8When(layer -> layer.getBatchedMatmul().getInt8DynamicQuantize())
            .linear(PRODUCT, "weights"::equals)
            .build(),
        LayerSpec.of(LayerCase.DOT, 1).inputs(2, 2).ranks(LayerRanks.atLeast(3)).build());
  }

  private static void innerWeights(NeuralNetworkLayer layer, WeightFields fields) {
    InnerProductLayerParams product = layer.getInnerProduct();
    long outputs = product.getOutputChannels();
    fields.matrix("weights", 0, outputs, List.of(outputs, product.getInputChannels()));
    if (product.getHasBias()) {
      fields.vector("bias", outputs);
    }
  }

  private static Optional<BlobSize> innerSize(NeuralNetworkLayer layer, BlobSizes known) {
    BlobSize input = known.input(layer).orElse(null);
    if (input == null || known.anyRank()) {
      return Optional.empty();
    }
    if (input.isVector()) {
      known.expectChannels(layer, layer.getInnerProduct().getInputChannels(), input);
    }
    return Optional.of(new BlobSize(layer.getInnerProduct().getOutputChannels(), 1, 1));
  }

  /** Stored column by column, so that a row of the listed shape makes one output column. */
  private static void batchedWeights(NeuralNetworkLayer layer, WeightFields fields) {
    BatchedMatMulLayerParams product = layer.getBatchedMatmul();
    if (layer.getInputCount() == 2) {
      return;
    }
    long columns = product.getWeightMatrixSecondDimension();
    fields.matrix("weights", 0, columns, List.of(columns, product.getWeightMatrixFirstDimension()));
    if (product.getHasBias()) {
      fields.vector("bias", columns);
    }
  }
}
