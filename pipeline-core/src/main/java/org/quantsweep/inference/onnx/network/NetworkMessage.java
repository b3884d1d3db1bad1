package org.quantsweep.inference.onnx.network;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.coreml.neuralnetwork.LayerTypes;
import org.quantsweep.coreml.neuralnetwork.NetworkFormat;
import org.quantsweep.proto.coreml.ArrayFeatureType;
import org.quantsweep.proto.coreml.FeatureDescription;
import org.quantsweep.proto.coreml.Model;
import org.quantsweep.proto.coreml.NeuralNetworkClassifier;
import org.quantsweep.proto.coreml.NeuralNetworkImageShapeMapping;
import org.quantsweep.proto.coreml.NeuralNetworkLayer;
import org.quantsweep.proto.coreml.NeuralNetworkMultiArrayShapeMapping;
import org.quantsweep.proto.coreml.NeuralNetworkPreprocessing;

/**
 * What the three kinds of neural network have in common.
 *
 * @param arrays how arrays become blobs
 * @param pictures how pictures become blobs
 * @param probabilityBlob of a classifier: the named blob or the last layer's output; else empty
 * @param labels of a classifier, in order; int64 labels in decimal
 * @param defaults by input, what an optional array is filled with where it is not given
 */
record NetworkMessage(
    List<NeuralNetworkLayer> layers,
    List<NeuralNetworkPreprocessing> preprocessing,
    NeuralNetworkMultiArrayShapeMapping arrays,
    NeuralNetworkImageShapeMapping pictures,
    String probabilityBlob,
    List<String> labels,
    Map<String, Float> defaults) {
  static NetworkMessage of(CoreMLModel model) {
    Model message = NetworkFormat.message(model);
    if (message.hasNeuralNetworkClassifier()) {
      NeuralNetworkClassifier network = message.getNeuralNetworkClassifier();
      return new NetworkMessage(
          network.getLayersList(),
          network.getPreprocessingList(),
          network.getArrayInputShapeMapping(),
          network.getImageInputShapeMapping(),
          probabilityBlob(network),
          labels(network),
          defaults(message));
    }
    if (message.hasNeuralNetworkRegressor()) {
      var network = message.getNeuralNetworkRegressor();
      return new NetworkMessage(
          network.getLayersList(),
          network.getPreprocessingList(),
          network.getArrayInputShapeMapping(),
          network.getImageInputShapeMapping(),
          "",
          List.of(),
          defaults(message));
    }
    var network = message.getNeuralNetwork();
    return new NetworkMessage(
        network.getLayersList(),
        network.getPreprocessingList(),
        network.getArrayInputShapeMapping(),
        network.getImageInputShapeMapping(),
        "",
        List.of(),
        defaults(message));
  }

  /** Whether arrays keep their own ranks. */
  boolean isExact() {
    return arrays == NeuralNetworkMultiArrayShapeMapping.EXACT_ARRAY_MAPPING;
  }

  /**
   * Whether blobs of five axes, sequence first, may go without one of the first two: no layer can
   * tell, and the engine has operators for four.
   */
  boolean mayLeaveSequenceOut() {
    return layers.stream().allMatch(LayerTypes::hasFiveAxes);
  }

  private static Map<String, Float> defaults(Model message) {
    Map<String, Float> defaults = new HashMap<>();
    for (FeatureDescription feature : message.getDescription().getInputList()) {
      ArrayFeatureType array = feature.getType().getMultiArrayType();
      float value =
          switch (array.getDefaultOptionalValueCase()) {
            case INTDEFAULTVALUE -> array.getIntDefaultValue();
            case FLOATDEFAULTVALUE -> array.getFloatDefaultValue();
            case DOUBLEDEFAULTVALUE -> (float) array.getDoubleDefaultValue();
            default -> 0;
          };
      defaults.put(feature.getName(), value);
    }
    return defaults;
  }

  private static String probabilityBlob(NeuralNetworkClassifier network) {
    if (!network.getLabelProbabilityLayerName().isEmpty() || network.getLayersCount() == 0) {
      return network.getLabelProbabilityLayerName();
    }
    NeuralNetworkLayer last = network.getLayers(network.getLayersCount() - 1);
    return last.getOutputCount() == 0 ? "" : last.getOutput(0);
  }

  private static List<String> labels(NeuralNetworkClassifier network) {
    return network.hasInt64ClassLabels()
        ? network.getInt64ClassLabels().getVectorList().stream().map(String::valueOf).toList()
        : List.copyOf(network.getStringClassLabels().getVectorList());
  }
}
