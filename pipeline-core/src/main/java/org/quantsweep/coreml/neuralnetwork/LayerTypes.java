package org.quantsweep.coreml.neuralnetwork;

import org.quantsweep.proto.coreml.NeuralNetworkLayer;
import org.quantsweep.proto.coreml.NeuralNetworkLayer.LayerCase;

/** Names of layer types. */
public final class LayerTypes {
  private LayerTypes() {}

  /** The layer type as the format calls it, for example {@code convolution}; empty when unset. */
  public static String name(NeuralNetworkLayer layer) {
    return name(layer.getLayerCase());
  }

  static String name(LayerCase type) {
    return type == LayerCase.LAYER_NOT_SET
        ? ""
        : NeuralNetworkLayer.getDescriptor().findFieldByNumber(type.getNumber()).getName();
  }
}
