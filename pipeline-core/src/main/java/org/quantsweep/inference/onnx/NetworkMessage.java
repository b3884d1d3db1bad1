package org.quantsweep.inference.onnx;

import java.util.List;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.proto.coreml.Model;
import org.quantsweep.proto.coreml.NeuralNetworkImageShapeMapping;
import org.quantsweep.proto.coreml.NeuralNetworkLayer;
import org.quantsweep.proto.coreml.NeuralNetworkMultiArrayShapeMapping;
import org.quantsweep.proto.coreml.NeuralNetworkPreprocessing;

/**
 * What the three kinds of neural network have in common.
 *
 * @param isExact whether arrays keep their own ranks
 * @param probabilityBlob of a classifier: the named blob or the last layer's output; else empty
 */
record NetworkMessage(
    List<NeuralNetworkLayer> layers,
    List<NeuralNetworkPreprocessing> preprocessing,
    boolean isExact,
    String probabilityBlob) {
  static NetworkMessage of(CoreMLModel model) {
    Model message = model.message();
    if (message.hasNeuralNetworkClassifier()) {
      var network = message.getNeuralNetworkClassifier();
      String named = network.getLabelProbabilityLayerName();
      List<NeuralNetworkLayer> layers = network.getLayersList();
      String blob =
          named.isEmpty() && !layers.isEmpty() ? layers.get(layers.size() - 1).getOutput(0) : named;
      return new NetworkMessage(
          layers,
          network.getPreprocessingList(),
          isExact(network.getArrayInputShapeMapping(), network.getImageInputShapeMapping()),
          blob);
    }
    if (message.hasNeuralNetworkRegressor()) {
      var network = message.getNeuralNetworkRegressor();
      return new NetworkMessage(
          network.getLayersList(),
          network.getPreprocessingList(),
          isExact(network.getArrayInputShapeMapping(), network.getImageInputShapeMapping()),
          "");
    }
    var network = message.getNeuralNetwork();
    return new NetworkMessage(
        network.getLayersList(),
        network.getPreprocessingList(),
        isExact(network.getArrayInputShapeMapping(), network.getImageInputShapeMapping()),
        "");
  }

  private static boolean isExact(
      NeuralNetworkMultiArrayShapeMapping arrays, NeuralNetworkImageShapeMapping images) {
    return arrays == NeuralNetworkMultiArrayShapeMapping.EXACT_ARRAY_MAPPING
        || images == NeuralNetworkImageShapeMapping.RANK4_IMAGE_MAPPING;
  }
}
