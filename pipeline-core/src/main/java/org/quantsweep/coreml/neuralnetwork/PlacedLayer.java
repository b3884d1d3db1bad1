package org.quantsweep.coreml.neuralnetwork;

import org.quantsweep.proto.coreml.NeuralNetworkLayer;

/**
 * A layer and where it stands.
 *
 * @param path of the network that holds it, for example {@code stage[0]/}
 * @param index among the layers of that network
 * @param loopDepth how many loops' bodies lie around it
 */
record PlacedLayer(NeuralNetworkLayer message, String path, int index, int loopDepth) {
  /** Names it in a finding: {@code layer 'conv' (convolution)}. */
  String where() {
    String type = LayerTypes.name(message);
    String name = "layer '" + path + nameOrIndex() + "'";
    return type.isEmpty() ? name : name + " (" + type + ")";
  }

  String nameOrIndex() {
    return message.getName().isEmpty() ? "#" + index : message.getName();
  }

  /** The path of a network inside it, for example {@code branch[3].if/}. */
  String inner(String network) {
    return path + LayerTypes.name(message) + "[" + index + "]." + network + "/";
  }
}
