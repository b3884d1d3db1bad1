package org.quantsweep.coreml.neuralnetwork;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.quantsweep.proto.coreml.NeuralNetworkLayer;
import org.quantsweep.proto.coreml.NeuralNetworkLayer.LayerCase;

/** Blobs put together, cut apart and turned around along axes. */
final class SliceSpecs {
  private static final LayerArity JOINED = LayerArity.inputs(2, LayerArity.ANY);
  private static final LayerArity CUT = new LayerArity(1, 1, 2, LayerArity.ANY);

  private SliceSpecs() {}

  static List<LayerSpec> all() {
    List<LayerSpec> specs = new ArrayList<>();
    specs.add(
        LayerSpec.of(LayerCase.CONCAT, 1)
            .arity(JOINED)
            .ranksOf(
                layer ->
                    Optional.of(LayerRanks.atLeast(layer.getConcat().getSequenceConcat() ? 5 : 3)))
            .sizes(SliceSpecs::concatSize)
            .build());
    specs.addAll(LayerSpec.plain(4, JOINED, LayerCase.CONCATND, LayerCase.STACK));
    specs.add(LayerSpec.of(LayerCase.SPLIT, 1).arity(CUT).ranks(LayerRanks.atLeast(3)).build());
    specs.add(LayerSpec.of(LayerCase.SPLITND, 4).arity(CUT).build());
    specs.add(LayerSpec.of(LayerCase.SLICE, 1).ranks(LayerRanks.atLeast(0)).build());
    specs.add(LayerSpec.of(LayerCase.SLICEDYNAMIC, 4).inputs(2, 7).build());
    specs.add(LayerSpec.of(LayerCase.SLICEBYSIZE, 5).inputs(2, 2).build());
    specs.add(LayerSpec.of(LayerCase.REVERSESEQ, 4).inputs(2, 2).build());
    specs.addAll(
        LayerSpec.plain(
            4,
            LayerArity.inputs(1, 1),
            LayerCase.SLICESTATIC,
            LayerCase.SLIDINGWINDOWS,
            LayerCase.REVERSE));
    return specs;
  }

  private static Optional<BlobSize> concatSize(NeuralNetworkLayer layer, BlobSizes known) {
    if (layer.getConcat().getSequenceConcat()) {
      return Optional.empty();
    }
    long channels = 0;
    for (String blob : layer.getInputList()) {
      BlobSize size = known.of(blob).orElse(null);
      if (size == null || size.channels() == BlobSize.UNKNOWN) {
        return Optional.empty();
      }
      channels += size.channels();
    }
    long all = channels;
    return known.input(layer).map(first -> first.withChannels(all));
  }
}
