package org.quantsweep.coreml.neuralnetwork;

import org.quantsweep.proto.coreml.NeuralNetworkLayer;
import org.quantsweep.proto.coreml.NeuralNetworkLayer.LayerCase;

/** What packages above ask of layer types. */
public final class LayerTypes {
  private LayerTypes() {}

  /** The layer type as the format calls it, for example {@code convolution}; empty when unset. */
  public static String name(NeuralNetworkLayer layer) {
    return name(layer.getLayerCase());
  }

  /**
   * Whether the type knows sequence, batch, channels, height and width, and no other axes: those of
   * specification versions 1 to 3.
   */
  public static boolean hasFiveAxes(NeuralNetworkLayer layer) {
    return LayerSpecs.of(layer).since() <= 3;
  }

  static String name(LayerCase type) {
    return type == LayerCase.LAYER_NOT_SET
        ? ""
        : NeuralNetworkLayer.getDescriptor().findFieldByNumber(type.getNumber()).getName();
  }
}
