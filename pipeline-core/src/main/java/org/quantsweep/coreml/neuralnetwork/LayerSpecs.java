package org.quantsweep.coreml.neuralnetwork;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.quantsweep.proto.coreml.NeuralNetworkLayer;
import org.quantsweep.proto.coreml.NeuralNetworkLayer.LayerCase;

/**
 * The table of layer types (Core ML Format Specification, NeuralNetwork.proto). Each stands in one
 * place, in a file of its family. A new layer type is an entry there; how it runs is an entry in
 * the lowering's own table, and a test holds the two together.
 */
final class LayerSpecs {
  private static final LayerSpec OF_NO_TYPE = LayerSpec.of(LayerCase.LAYER_NOT_SET, 1).build();

  private static final Map<LayerCase, LayerSpec> BY_TYPE = byType();

  private LayerSpecs() {}

  /** The spec of a layer's type; a plain one for a layer whose type is missing or unknown. */
  static LayerSpec of(NeuralNetworkLayer layer) {
    return BY_TYPE.getOrDefault(layer.getLayerCase(), OF_NO_TYPE);
  }

  /** Every layer type, in the order of the format's field numbers. */
  static List<LayerSpec> all() {
    return List.copyOf(BY_TYPE.values());
  }

  private static Map<LayerCase, LayerSpec> byType() {
    List<LayerSpec> listed = new ArrayList<>();
    listed.addAll(ConvolutionSpecs.all());
    listed.addAll(PoolingSpecs.all());
    listed.addAll(ProductSpecs.all());
    listed.addAll(RecurrentSpecs.all());
    listed.addAll(LookUpSpecs.all());
    listed.addAll(NormalizationSpecs.all());
    listed.addAll(ActivationSpecs.all());
    listed.addAll(ElementwiseSpecs.all());
    listed.addAll(ComparisonSpecs.all());
    listed.addAll(ReductionSpecs.all());
    listed.addAll(PictureSpecs.all());
    listed.addAll(ShapeSpecs.all());
    listed.addAll(SliceSpecs.all());
    listed.addAll(ConstantSpecs.all());
    listed.addAll(ControlFlowSpecs.all());
    listed.addAll(CustomSpecs.all());
    Map<LayerCase, LayerSpec> specs = new EnumMap<>(LayerCase.class);
    for (LayerSpec spec : listed) {
      if (specs.put(spec.type(), spec) != null) {
        throw new IllegalStateException("layer type " + spec.name() + " stands in two places");
      }
    }
    return Collections.unmodifiableMap(specs);
  }
}
