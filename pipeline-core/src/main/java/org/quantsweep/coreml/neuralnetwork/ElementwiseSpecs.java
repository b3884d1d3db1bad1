package org.quantsweep.coreml.neuralnetwork;

import java.util.ArrayList;
import java.util.List;
import org.quantsweep.proto.coreml.NeuralNetworkLayer.LayerCase;

/** Functions of one element, or of the elements at the same place. */
final class ElementwiseSpecs {
  private ElementwiseSpecs() {}

  static List<LayerSpec> all() {
    List<LayerSpec> specs = new ArrayList<>();
    specs.add(
        LayerSpec.of(LayerCase.UNARY, 1).ranks(LayerRanks.atLeast(0)).sizes(SizeRule.KEPT).build());
    for (LayerCase type :
        List.of(
            LayerCase.ADD, LayerCase.MULTIPLY, LayerCase.AVERAGE, LayerCase.MAX, LayerCase.MIN)) {
      specs.add(LayerSpec.of(type, 1).inputs(1, LayerArity.ANY).sizes(SizeRule.ALL_ALIKE).build());
    }
    specs.addAll(
        LayerSpec.plain(
            4,
            LayerArity.inputs(2, 2),
            LayerCase.ADDBROADCASTABLE,
            LayerCase.SUBTRACTBROADCASTABLE,
            LayerCase.MULTIPLYBROADCASTABLE,
            LayerCase.DIVIDEBROADCASTABLE,
            LayerCase.FLOORDIVBROADCASTABLE,
            LayerCase.MODBROADCASTABLE,
            LayerCase.MAXBROADCASTABLE,
            LayerCase.MINBROADCASTABLE,
            LayerCase.POWBROADCASTABLE));
    specs.addAll(
        LayerSpec.plain(
            4,
            LayerArity.inputs(1, 1),
            LayerCase.CLIP,
            LayerCase.CEIL,
            LayerCase.FLOOR,
            LayerCase.SIGN,
            LayerCase.ROUND,
            LayerCase.EXP2,
            LayerCase.SIN,
            LayerCase.COS,
            LayerCase.TAN,
            LayerCase.ASIN,
            LayerCase.ACOS,
            LayerCase.ATAN,
            LayerCase.SINH,
            LayerCase.COSH,
            LayerCase.TANH,
            LayerCase.ASINH,
            LayerCase.ACOSH,
            LayerCase.ATANH,
            LayerCase.ERF));
    return specs;
  }
}
