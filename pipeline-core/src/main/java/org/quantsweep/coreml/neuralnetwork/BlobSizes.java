package org.quantsweep.coreml.neuralnetwork;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.quantsweep.coreml.Findings;
import org.quantsweep.proto.coreml.ArrayFeatureType;
import org.quantsweep.proto.coreml.FeatureDescription;
import org.quantsweep.proto.coreml.ImageFeatureType;
import org.quantsweep.proto.coreml.Model;
import org.quantsweep.proto.coreml.NeuralNetworkClassifier;
import org.quantsweep.proto.coreml.NeuralNetworkLayer;

/**
 * Follows channels, heights and widths from the inputs as far as they are sure, to find layers that
 * do not fit together. What is not sure is left unknown and is never a finding; whoever runs the
 * model works out every shape.
 */
final class BlobSizes {
  private final String prefix;
  private final NetworkInterface network;
  private final Findings findings;
  private final Map<String, BlobSize> sizes = new HashMap<>();

  private BlobSizes(String prefix, NetworkInterface network, Findings findings) {
    this.prefix = prefix;
    this.network = network;
    this.findings = findings;
  }

  static void check(String prefix, Model model, NetworkInterface network, Findings findings) {
    BlobSizes check = new BlobSizes(prefix, network, findings);
    for (FeatureDescription input : model.getDescription().getInputList()) {
      check.input(input);
    }
    for (NeuralNetworkLayer layer : network.layers()) {
      LayerSpec spec = LayerSpecs.of(layer);
      if (spec.mayChangeBlobs()) {
        // From here on a blob may be written again with another size.
        return;
      }
      Optional<BlobSize> size = spec.outputSize(layer, check);
      if (size.isPresent() && layer.getOutputCount() > 0) {
        check.sizes.put(layer.getOutput(0), size.get());
      }
    }
    check.outputs(model);
    if (model.hasNeuralNetworkClassifier()) {
      check.labels(model.getNeuralNetworkClassifier());
    }
  }

  private void input(FeatureDescription feature) {
    if (feature.getType().hasImageType()) {
      ImageFeatureType image = feature.getType().getImageType();
      if (image.getColorSpaceValue() == 0 || image.getWidth() < 1 || image.getHeight() < 1) {
        return;
      }
      boolean color =
          image.getColorSpace() == ImageFeatureType.ColorSpace.RGB
              || image.getColorSpace() == ImageFeatureType.ColorSpace.BGR;
      BlobSize size = new BlobSize(color ? 3 : 1, image.getHeight(), image.getWidth());
      boolean flexible = image.hasEnumeratedSizes() || image.hasImageSizeRange();
      sizes.put(feature.getName(), flexible ? size.withoutPlane() : size);
    } else if (feature.getType().hasMultiArrayType()) {
      ArrayFeatureType array = feature.getType().getMultiArrayType();
      List<Long> shape = array.getShapeList();
      if (array.hasShapeRange() || array.hasEnumeratedShapes()) {
        return;
      }
      int rank = shape.size();
      if (rank >= 3) {
        sizes.put(
            feature.getName(),
            new BlobSize(shape.get(rank - 3), shape.get(rank - 2), shape.get(rank - 1)));
      } else if (rank == 1 && !network.exactArrays()) {
        sizes.put(feature.getName(), new BlobSize(shape.get(0), 1, 1));
      }
    }
  }

  /** The size of a layer's first input; empty where nothing is sure. */
  Optional<BlobSize> input(NeuralNetworkLayer layer) {
    return layer.getInputCount() == 0 ? Optional.empty() : of(layer.getInput(0));
  }

  /** The size of a blob; empty where nothing is sure. */
  Optional<BlobSize> of(String blob) {
    return Optional.ofNullable(sizes.get(blob));
  }

  /** Whether blobs may have any rank, so that a row of numbers need not be a vector of channels. */
  boolean anyRank() {
    return network.anyRank();
  }

  /** Notes a problem of a layer: what it does or has, as the rest of a sentence. */
  void problem(NeuralNetworkLayer layer, String predicate) {
    findings.problem(
        "layer '" + prefix + layer.getName() + "' (" + LayerTypes.name(layer) + ") " + predicate);
  }

  /** Notes a layer whose first input has another number of channels than it takes. */
  void expectChannels(NeuralNetworkLayer layer, long channels, BlobSize input) {
    if (input.channels() != BlobSize.UNKNOWN && input.channels() != channels) {
      problem(
          layer,
          "takes "
              + channels
              + " channels, but its input '"
              + layer.getInput(0)
              + "' has "
              + input.channels()
              + ".");
    }
  }

  private void outputs(Model model) {
    for (FeatureDescription output : model.getDescription().getOutputList()) {
      ArrayFeatureType array = output.getType().getMultiArrayType();
      BlobSize size = sizes.get(output.getName());
      int rank = array.getShapeCount();
      if (size == null || rank < 3 || array.hasShapeRange() || array.hasEnumeratedShapes()) {
        continue;
      }
      boolean differs =
          differs(size.channels(), array.getShape(rank - 3))
              || differs(size.height(), array.getShape(rank - 2))
              || differs(size.width(), array.getShape(rank - 1));
      if (differs) {
        findings.warning(
            "output '"
                + prefix
                + output.getName()
                + "' is described with shape "
                + array.getShapeList()
                + ", but the layers give "
                + size.channels()
                + " channels of "
                + (size.height() == BlobSize.UNKNOWN ? "?" : size.height())
                + " x "
                + (size.width() == BlobSize.UNKNOWN ? "?" : size.width())
                + ".");
      }
    }
  }

  private static boolean differs(long found, long described) {
    return found != BlobSize.UNKNOWN && found != described;
  }

  private void labels(NeuralNetworkClassifier classifier) {
    long labels =
        classifier.hasInt64ClassLabels()
            ? classifier.getInt64ClassLabels().getVectorCount()
            : classifier.getStringClassLabels().getVectorCount();
    String blob = classifier.getLabelProbabilityLayerName();
    if (blob.isEmpty()) {
      NeuralNetworkLayer last = classifier.getLayers(classifier.getLayersCount() - 1);
      blob = last.getOutputCount() == 0 ? "" : last.getOutput(0);
    }
    BlobSize size = sizes.get(blob);
    if (size != null && size.isVector() && size.channels() != labels) {
      findings.problem(
          "the classifier has "
              + labels
              + " class labels, but its probabilities '"
              + blob
              + "' have "
              + size.channels()
              + " channels.");
    }
  }
}
