package org.quantsweep.coreml.neuralnetwork;

import java.util.ArrayList;
import java.util.List;
import org.quantsweep.proto.coreml.NeuralNetworkLayer.LayerCase;

/** Sums, extremes and orders along axes. */
final class ReductionSpecs {
  private ReductionSpecs() {}

  static List<LayerSpec> all() {
    List<LayerSpec> specs = new ArrayList<>();
    specs.add(LayerSpec.of(LayerCase.REDUCE, 1).ranks(LayerRanks.atLeast(0)).build());
    specs.addAll(
        LayerSpec.plain(
            4,
            LayerArity.inputs(1, 1),
            LayerCase.REDUCEL1,
            LayerCase.REDUCEL2,
            LayerCase.REDUCEMAX,
            LayerCase.REDUCEMIN,
            LayerCase.REDUCESUM,
            LayerCase.REDUCEPROD,
            LayerCase.REDUCEMEAN,
            LayerCase.REDUCELOGSUM,
            LayerCase.REDUCESUMSQUARE,
            LayerCase.REDUCELOGSUMEXP,
            LayerCase.ARGMIN,
            LayerCase.ARGMAX));
    specs.add(LayerSpec.of(LayerCase.TOPK, 4).arity(new LayerArity(1, 2, 2, 2)).build());
    specs.add(LayerSpec.of(LayerCase.ARGSORT, 5).build());
    specs.add(LayerSpec.of(LayerCase.CUMSUM, 5).inputs(1, 2).build());
    return specs;
  }
}
