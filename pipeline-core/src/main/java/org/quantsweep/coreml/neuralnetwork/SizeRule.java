package org.quantsweep.coreml.neuralnetwork;

import java.util.Optional;
import org.quantsweep.proto.coreml.NeuralNetworkLayer;

/** What is sure of the size of a layer's first output. */
@FunctionalInterface
interface SizeRule {
  SizeRule UNKNOWN = (layer, known) -> Optional.empty();

  /** The size of the first input. */
  SizeRule KEPT = (layer, known) -> known.input(layer);

  /** The channels of the first input, over a plane of another size. */
  SizeRule CHANNELS_KEPT = (layer, known) -> known.input(layer).map(BlobSize::withoutPlane);

  /** The size of every input where all are alike. */
  SizeRule ALL_ALIKE =
      (layer, known) ->
          known
              .input(layer)
              .filter(
                  first ->
                      layer.getInputList().stream()
                          .allMatch(blob -> known.of(blob).equals(Optional.of(first))));

  /** Empty where nothing is sure; notes in {@code known} what does not fit. */
  Optional<BlobSize> output(NeuralNetworkLayer layer, BlobSizes known);
}
