package org.quantsweep.coreml.neuralnetwork;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.quantsweep.coreml.Clipping;
import org.quantsweep.proto.coreml.Model;
import org.quantsweep.proto.coreml.NeuralNetworkLayer;
import org.quantsweep.proto.coreml.UnaryFunctionLayerParams;

/**
 * What clips the blobs of a network: ReLUs, thresholds and clips, also behind layers that multiply
 * and add one number, as converters write a ReLU6. A blob that anything else reads is not clipped.
 */
final class BlobClipping {
  private final BlobUses uses;
  private final Map<String, NeuralNetworkLayer> readers = new HashMap<>();

  BlobClipping(Model model) {
    List<NeuralNetworkLayer> layers = NetworkInterface.of(model).layers();
    this.uses = BlobUses.of(model, layers);
    for (NeuralNetworkLayer layer : layers) {
      layer.getInputList().forEach(blob -> readers.put(blob, layer));
    }
  }

  /** What becomes of a blob. */
  Clipping of(String blob) {
    Clipping clipping = Clipping.NONE;
    double factor = 1;
    double addend = 0;
    String at = blob;
    // Every layer is passed once: a private blob has one writer and one reader.
    while (uses.isPrivate(at) && readers.containsKey(at)) {
      NeuralNetworkLayer layer = readers.get(at);
      if (layer.getInputCount() != 1 || layer.getOutputCount() != 1) {
        break;
      }
      if (layer.getActivation().hasReLU()) {
        clipping = clipping.then(factor, addend, 0, Double.POSITIVE_INFINITY);
      } else if (layer.hasClip()) {
        clipping =
            clipping.then(factor, addend, layer.getClip().getMinVal(), layer.getClip().getMaxVal());
      } else if (layer.getActivation().hasLinear()) {
        double by = layer.getActivation().getLinear().getAlpha();
        factor *= by;
        addend = addend * by + layer.getActivation().getLinear().getBeta();
      } else if (isThreshold(layer)) {
        UnaryFunctionLayerParams unary = layer.getUnary();
        // A scale that is not set is 1.
        double scale = unary.getScale() == 0 ? 1 : unary.getScale();
        factor *= scale;
        addend = addend * scale + unary.getShift();
        clipping = clipping.then(factor, addend, unary.getAlpha(), Double.POSITIVE_INFINITY);
      } else {
        break;
      }
      at = layer.getOutput(0);
    }
    return clipping;
  }

  private static boolean isThreshold(NeuralNetworkLayer layer) {
    return layer.hasUnary()
        && layer.getUnary().getType() == UnaryFunctionLayerParams.Operation.THRESHOLD;
  }
}
