package org.quantsweep.coreml.neuralnetwork;

import java.util.ArrayList;
import java.util.List;
import org.quantsweep.proto.coreml.NeuralNetworkLayer;
import org.quantsweep.proto.coreml.NeuralNetworkLayer.LayerCase;

/** Numbers that are stored, repeated, counted or drawn. */
final class ConstantSpecs {
  private static final LayerArity FROM_NOTHING = LayerArity.inputs(0, 0);

  private ConstantSpecs() {}

  static List<LayerSpec> all() {
    List<LayerSpec> specs = new ArrayList<>();
    specs.add(
        LayerSpec.of(LayerCase.LOADCONSTANT, 1)
            .arity(FROM_NOTHING)
            .weights(ConstantSpecs::weights)
            .parameters(
                findings ->
                    findings.shapeRank(
                        "shape", findings.layer().getLoadConstant().getShapeList(), 3, 3))
            .build());
    specs.add(
        LayerSpec.of(LayerCase.LOADCONSTANTND, 4)
            .arity(FROM_NOTHING)
            .weights(ConstantSpecs::weightsNd)
            .parameters(ConstantSpecs::checkNd)
            .build());
    specs.addAll(
        LayerSpec.plain(
            4,
            FROM_NOTHING,
            LayerCase.FILLSTATIC,
            LayerCase.RANGESTATIC,
            LayerCase.RANDOMNORMALSTATIC,
            LayerCase.RANDOMUNIFORMSTATIC,
            LayerCase.RANDOMBERNOULLISTATIC));
    specs.addAll(
        LayerSpec.plain(
            4,
            LayerArity.inputs(1, 1),
            LayerCase.FILLLIKE,
            LayerCase.FILLDYNAMIC,
            LayerCase.RANDOMNORMALLIKE,
            LayerCase.RANDOMNORMALDYNAMIC,
            LayerCase.RANDOMUNIFORMLIKE,
            LayerCase.RANDOMUNIFORMDYNAMIC,
            LayerCase.RANDOMBERNOULLILIKE,
            LayerCase.RANDOMBERNOULLIDYNAMIC,
            LayerCase.CATEGORICALDISTRIBUTION));
    specs.addAll(LayerSpec.plain(4, LayerArity.inputs(1, 3), LayerCase.RANGEDYNAMIC));
    return specs;
  }

  private static void weights(NeuralNetworkLayer layer, WeightFields fields) {
    List<Long> shape = layer.getLoadConstant().getShapeList();
    fields.shaped("data", shape, isVector(shape));
  }

  private static void weightsNd(NeuralNetworkLayer layer, WeightFields fields) {
    List<Long> shape = layer.getLoadConstantND().getShapeList();
    fields.add("data", shape, 0, 1, isVector(shape), true);
  }

  private static boolean isVector(List<Long> shape) {
    int longAxes = 0;
    for (long length : shape) {
      longAxes += length > 1 ? 1 : 0;
    }
    return longAxes <= 1;
  }

  private static void checkNd(LayerFindings findings) {
    int rank = findings.layer().getLoadConstantND().getShapeCount();
    if (rank < 1 || rank > 5) {
      findings.problem("has a shape of rank " + rank + ", but it must be in [1, 5].");
    }
  }
}
