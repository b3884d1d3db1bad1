package org.quantsweep.coreml.neuralnetwork;

/** Checks the parameters of the layers of one type, apart from their weights. */
@FunctionalInterface
interface ParameterRule {
  /** For layer types whose parameters are looked at only where they run. */
  ParameterRule NONE = findings -> {};

  void check(LayerFindings findings);
}
