package org.quantsweep.coreml.neuralnetwork;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.quantsweep.proto.coreml.Model;
import org.quantsweep.proto.coreml.NeuralNetworkLayer;

/**
 * How often each blob of a network is written and read, also inside its branches and loops, and
 * which ones are wanted from outside.
 */
final class BlobUses {
  private final Map<String, Integer> reads = new HashMap<>();
  private final Map<String, Integer> writes = new HashMap<>();
  private final Set<String> wanted = new HashSet<>();

  private BlobUses() {}

  static BlobUses of(Model model, List<NeuralNetworkLayer> layers) {
    BlobUses uses = new BlobUses();
    uses.count(layers);
    model.getDescription().getOutputList().forEach(output -> uses.wanted.add(output.getName()));
    if (model.hasNeuralNetworkClassifier()) {
      uses.wanted.add(model.getNeuralNetworkClassifier().getLabelProbabilityLayerName());
      // Without a name, the probabilities are what the last layer gives.
      uses.wanted.addAll(layers.get(layers.size() - 1).getOutputList());
    }
    return uses;
  }

  private void count(List<NeuralNetworkLayer> layers) {
    for (NeuralNetworkLayer layer : layers) {
      layer.getInputList().forEach(blob -> reads.merge(blob, 1, Integer::sum));
      layer.getOutputList().forEach(blob -> writes.merge(blob, 1, Integer::sum));
      if (layer.hasBranch()) {
        count(layer.getBranch().getIfBranch().getLayersList());
        count(layer.getBranch().getElseBranch().getLayersList());
      }
      if (layer.hasLoop()) {
        reads.merge(layer.getLoop().getConditionVar(), 1, Integer::sum);
        count(layer.getLoop().getConditionNetwork().getLayersList());
        count(layer.getLoop().getBodyNetwork().getLayersList());
      }
    }
  }

  /** Whether one layer writes the blob, one reads it, and nobody outside asks for it. */
  boolean isPrivate(String blob) {
    return writes.getOrDefault(blob, 0) == 1
        && reads.getOrDefault(blob, 0) == 1
        && !wanted.contains(blob);
  }

  /** Whether exactly one layer writes the blob. */
  boolean isWrittenOnce(String blob) {
    return writes.getOrDefault(blob, 0) == 1;
  }
}
