package org.quantsweep.coreml.neuralnetwork;

import java.util.List;
import org.quantsweep.proto.coreml.NeuralNetworkLayer;
import org.quantsweep.proto.coreml.NeuralNetworkLayer.LayerCase;

/** Layers whose code comes with the app. */
final class CustomSpecs {
  private CustomSpecs() {}

  static List<LayerSpec> all() {
    return List.of(
        LayerSpec.of(LayerCase.CUSTOM, 2)
            .arity(new LayerArity(1, LayerArity.ANY, 1, LayerArity.ANY))
            .weights(CustomSpecs::weights)
            .weightForms(WeightForms.OPAQUE)
            .parameters(CustomSpecs::check)
            .build());
  }

  /** Only the custom layer knows the shapes of its weights, so they stay flat and as stored. */
  private static void weights(NeuralNetworkLayer layer, WeightFields fields) {
    for (int i = 0; i < layer.getCustom().getWeightsCount(); i++) {
      fields.freeVector("weights[" + i + "]", 0);
    }
  }

  private static void check(LayerFindings findings) {
    if (findings.layer().getCustom().getClassName().isEmpty()) {
      findings.problem("has no className: nothing says which code runs it.");
    }
  }
}
