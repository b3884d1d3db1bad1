package org.quantsweep.coreml.neuralnetwork;

/** Checks the networks inside a layer, and where it stands among those around it. */
@FunctionalInterface
interface InnerNetworkRule {
  /** For layer types without a network inside, which may stand anywhere. */
  InnerNetworkRule NONE = (layer, scope, checks) -> {};

  void check(PlacedLayer layer, BlobScope scope, NetworkChecks checks);
}
