package org.quantsweep.coreml.neuralnetwork;

import java.util.List;
import org.quantsweep.proto.coreml.Model;
import org.quantsweep.proto.coreml.NeuralNetworkImageShapeMapping;
import org.quantsweep.proto.coreml.NeuralNetworkLayer;
import org.quantsweep.proto.coreml.NeuralNetworkMultiArrayShapeMapping;
import org.quantsweep.proto.coreml.NeuralNetworkPreprocessing;

/**
 * What the three neural-network messages have in common.
 *
 * @param exactArrays whether arrays keep their rank ({@code EXACT_ARRAY_MAPPING}); else [C] and [C,
 *     H, W] become rank 5
 * @param exactImages whether pictures have rank 4 ({@code RANK4_IMAGE_MAPPING}) rather than 5
 */
public record NetworkInterface(
    List<NeuralNetworkLayer> layers,
    List<NeuralNetworkPreprocessing> preprocessing,
    boolean exactArrays,
    boolean exactImages) {
  /** Copies the lists. */
  public NetworkInterface {
    layers = List.copyOf(layers);
    preprocessing = List.copyOf(preprocessing);
  }

  /**
   * The network inside a model.
   *
   * @throws IllegalArgumentException when the model is no neural network
   */
  public static NetworkInterface of(Model model) {
    return switch (model.getTypeCase()) {
      case NEURALNETWORK -> {
        var network = model.getNeuralNetwork();
        yield new NetworkInterface(
            network.getLayersList(),
            network.getPreprocessingList(),
            exact(network.getArrayInputShapeMapping()),
            exact(network.getImageInputShapeMapping()));
      }
      case NEURALNETWORKCLASSIFIER -> {
        var network = model.getNeuralNetworkClassifier();
        yield new NetworkInterface(
            network.getLayersList(),
            network.getPreprocessingList(),
            exact(network.getArrayInputShapeMapping()),
            exact(network.getImageInputShapeMapping()));
      }
      case NEURALNETWORKREGRESSOR -> {
        var network = model.getNeuralNetworkRegressor();
        yield new NetworkInterface(
            network.getLayersList(),
            network.getPreprocessingList(),
            exact(network.getArrayInputShapeMapping()),
            exact(network.getImageInputShapeMapping()));
      }
      default -> throw new IllegalArgumentException(model.getTypeCase() + " is no neural network.");
    };
  }

  /** Whether blobs may have any rank: with a newer mapping, or any layer of iOS 13 and later. */
  public boolean anyRank() {
    return exactArrays
        || exactImages
        || layers.stream().anyMatch(layer -> LayerSpecs.of(layer).isNewerThanIos12(layer));
  }

  private static boolean exact(NeuralNetworkMultiArrayShapeMapping mapping) {
    return mapping != NeuralNetworkMultiArrayShapeMapping.RANK5_ARRAY_MAPPING;
  }

  private static boolean exact(NeuralNetworkImageShapeMapping mapping) {
    return mapping != NeuralNetworkImageShapeMapping.RANK5_IMAGE_MAPPING;
  }
}
