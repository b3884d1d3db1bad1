package org.quantsweep.coreml.neuralnetwork;

import org.quantsweep.proto.coreml.NeuralNetworkLayer;

/** Where a layer type keeps its weights, and in which shape. */
@FunctionalInterface
interface WeightRule {
  /** For the layer types that carry no weights; a test walks the schema to hold this. */
  WeightRule NONE = (layer, fields) -> {};

  /**
   * Lists the weights of a layer in a fixed order. Fields that it says it does not use, such as a
   * bias under {@code hasBias = false}, are not listed.
   */
  void collect(NeuralNetworkLayer layer, WeightFields fields);
}
