package org.quantsweep.coreml.neuralnetwork;

import java.util.List;
import org.quantsweep.proto.coreml.NeuralNetworkLayer;

/** Where layers keep their weights, and in which shape: {@link LayerSpecs} has it by layer type. */
public final class LayerWeights {
  private LayerWeights() {}

  /** The weights of one layer, in a fixed order; empty for a layer without any. */
  public static List<WeightField> of(NeuralNetworkLayer layer) {
    return LayerSpecs.of(layer).weights(layer);
  }
}
