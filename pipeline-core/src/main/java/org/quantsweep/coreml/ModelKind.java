package org.quantsweep.coreml;

/** What a model file holds. */
public enum ModelKind {
  /** Layers, with pictures and arrays at both ends. */
  NEURAL_NETWORK,
  /** Layers that end in probabilities of classes. */
  NEURAL_NETWORK_CLASSIFIER,
  /** Layers that end in numbers. */
  NEURAL_NETWORK_REGRESSOR,
  /** Models run one after the other. */
  PIPELINE,
  /** A pipeline that ends in a class. */
  PIPELINE_CLASSIFIER,
  /** A pipeline that ends in a number. */
  PIPELINE_REGRESSOR,
  /** A program in Core ML's intermediate language. */
  ML_PROGRAM,
  /** Any other kind, such as a tree ensemble: it has no weight tensors. */
  OTHER;

  /** Whether it has layers of its own. */
  public boolean isNeuralNetwork() {
    return this == NEURAL_NETWORK
        || this == NEURAL_NETWORK_CLASSIFIER
        || this == NEURAL_NETWORK_REGRESSOR;
  }

  /** Whether it is made of other models. */
  public boolean isPipeline() {
    return this == PIPELINE || this == PIPELINE_CLASSIFIER || this == PIPELINE_REGRESSOR;
  }
}
