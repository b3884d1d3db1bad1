package org.quantsweep.coreml.neuralnetwork;

import org.quantsweep.proto.coreml.NeuralNetworkLayer;

/**
 * The ranks that a layer type takes at its first input and gives at its first output; the two are
 * the same for every type listed here.
 */
record LayerRanks(int least, int most) {
  private static final int ANY = Integer.MAX_VALUE;

  /** Null for the layer types without such a rule. */
  static LayerRanks of(NeuralNetworkLayer layer) {
    return switch (layer.getLayerCase()) {
      case CONVOLUTION, POOLING, EMBEDDING -> new LayerRanks(4, ANY);
      case CONVOLUTION3D, POOLING3D, GLOBALPOOLING3D, SEQUENCEREPEAT, CROPRESIZE ->
          new LayerRanks(5, ANY);
      case INNERPRODUCT -> new LayerRanks(1, 5);
      case EMBEDDINGND -> new LayerRanks(2, 5);
      case PADDING -> new LayerRanks(2, ANY);
      case CONCAT -> new LayerRanks(layer.getConcat().getSequenceConcat() ? 5 : 3, ANY);
      case BATCHNORM,
          LRN,
          SOFTMAX,
          SPLIT,
          UPSAMPLE,
          BIAS,
          L2NORMALIZE,
          FLATTEN,
          SCALE,
          CROP,
          DOT,
          MVN,
          REORGANIZEDATA,
          RESIZEBILINEAR ->
          new LayerRanks(3, ANY);
      case RESHAPE, PERMUTE, SIMPLERECURRENT, GRU, UNIDIRECTIONALLSTM, BIDIRECTIONALLSTM ->
          new LayerRanks(5, 5);
      case UNARY, REDUCE, SLICE -> new LayerRanks(0, ANY);
      case ACTIVATION ->
          layer.getActivation().hasPReLU() || layer.getActivation().hasParametricSoftplus()
              ? new LayerRanks(3, ANY)
              : null;
      default -> null;
    };
  }

  boolean allows(int rank) {
    return least <= rank && rank <= most;
  }

  /** In words: {@code at least 4}, {@code 5}, {@code 1 to 5}. */
  @Override
  public String toString() {
    if (most == ANY) {
      return "at least " + least;
    }
    return least == most ? Integer.toString(least) : least + " to " + most;
  }
}
