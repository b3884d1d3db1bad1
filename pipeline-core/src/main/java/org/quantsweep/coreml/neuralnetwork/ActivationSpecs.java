package org.quantsweep.coreml.neuralnetwork;

import java.util.List;
import java.util.Optional;
import org.quantsweep.proto.coreml.NeuralNetworkLayer.LayerCase;

/** Activations and softmax. */
final class ActivationSpecs {
  private ActivationSpecs() {}

  static List<LayerSpec> all() {
    Optional<LayerRanks> channels = Optional.of(LayerRanks.atLeast(3));
    return List.of(
        LayerSpec.of(LayerCase.ACTIVATION, 1)
            .ranksOf(
                layer ->
                    channels.filter(any -> ActivationFunctions.isPerChannel(layer.getActivation())))
            .weights(
                (layer, fields) -> ActivationFunctions.weights("", layer.getActivation(), fields))
            .parameters(ActivationFunctions::check)
            .sizes(SizeRule.KEPT)
            .build(),
        LayerSpec.of(LayerCase.SOFTMAX, 1)
            .ranks(LayerRanks.atLeast(3))
            .sizes(SizeRule.KEPT)
            .build(),
        LayerSpec.of(LayerCase.SOFTMAXND, 4).build(),
        LayerSpec.of(LayerCase.GELU, 4).build(),
        LayerSpec.of(LayerCase.CLAMPEDRELU, 5).build());
  }
}
