package org.quantsweep.coreml.neuralnetwork;

import java.util.ArrayList;
import java.util.List;
import org.quantsweep.proto.coreml.NeuralNetworkLayer.LayerCase;

/** Comparisons, logic, choices by a condition, and the parts of matrices that a band leaves. */
final class ComparisonSpecs {
  private ComparisonSpecs() {}

  static List<LayerSpec> all() {
    List<LayerSpec> specs = new ArrayList<>();
    specs.addAll(
        LayerSpec.plain(
            4,
            LayerArity.inputs(1, 2),
            LayerCase.EQUAL,
            LayerCase.NOTEQUAL,
            LayerCase.LESSTHAN,
            LayerCase.LESSEQUAL,
            LayerCase.GREATERTHAN,
            LayerCase.GREATEREQUAL));
    specs.addAll(
        LayerSpec.plain(
            4,
            LayerArity.inputs(2, 2),
            LayerCase.LOGICALAND,
            LayerCase.LOGICALOR,
            LayerCase.LOGICALXOR));
    specs.addAll(LayerSpec.plain(4, LayerArity.inputs(3, 3), LayerCase.WHEREBROADCASTABLE));
    specs.addAll(
        LayerSpec.plain(
            4,
            LayerArity.inputs(1, 1),
            LayerCase.LOGICALNOT,
            LayerCase.WHERENONZERO,
            LayerCase.MATRIXBANDPART,
            LayerCase.LOWERTRIANGULAR,
            LayerCase.UPPERTRIANGULAR));
    return specs;
  }
}
