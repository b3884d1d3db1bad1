package org.quantsweep.coreml.neuralnetwork;

import java.util.ArrayList;
import java.util.List;
import org.quantsweep.proto.coreml.NeuralNetworkLayer.LayerCase;

/** The same elements in another shape, order or number of copies. */
final class ShapeSpecs {
  private static final LayerRanks SEQUENCES = new LayerRanks(5, 5);

  private ShapeSpecs() {}

  static List<LayerSpec> all() {
    List<LayerSpec> specs = new ArrayList<>();
    specs.add(LayerSpec.of(LayerCase.RESHAPE, 1).ranks(SEQUENCES).build());
    specs.add(LayerSpec.of(LayerCase.FLATTEN, 1).ranks(LayerRanks.atLeast(3)).build());
    specs.add(LayerSpec.of(LayerCase.PERMUTE, 1).ranks(SEQUENCES).build());
    specs.add(LayerSpec.of(LayerCase.SEQUENCEREPEAT, 1).ranks(LayerRanks.atLeast(5)).build());
    specs.addAll(
        LayerSpec.plain(
            4,
            LayerArity.inputs(1, 1),
            LayerCase.FLATTENTO2D,
            LayerCase.RESHAPESTATIC,
            LayerCase.RANKPRESERVINGRESHAPE,
            LayerCase.SQUEEZE,
            LayerCase.EXPANDDIMS,
            LayerCase.TRANSPOSE,
            LayerCase.BROADCASTTOSTATIC,
            LayerCase.GETSHAPE));
    specs.addAll(
        LayerSpec.plain(
            4,
            LayerArity.inputs(2, 2),
            LayerCase.RESHAPELIKE,
            LayerCase.RESHAPEDYNAMIC,
            LayerCase.BROADCASTTOLIKE,
            LayerCase.BROADCASTTODYNAMIC));
    specs.addAll(LayerSpec.plain(4, LayerArity.inputs(1, 2), LayerCase.TILE));
    return specs;
  }
}
