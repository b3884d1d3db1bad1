package org.quantsweep.coreml.neuralnetwork;

import java.util.List;
import org.quantsweep.proto.coreml.NeuralNetworkLayer;
import org.quantsweep.proto.coreml.NeuralNetworkLayer.LayerCase;
import org.quantsweep.proto.coreml.ReorganizeDataLayerParams.ReorganizationType;
import org.quantsweep.proto.coreml.UpsampleLayerParams;

/** Borders, sizes and regions of planes. */
final class PictureSpecs {
  private static final LayerRanks CHANNELS = LayerRanks.atLeast(3);

  private PictureSpecs() {}

  static List<LayerSpec> all() {
    return List.of(
        LayerSpec.of(LayerCase.CROP, 1)
            .inputs(1, 2)
            .ranks(CHANNELS)
            .sizes(SizeRule.CHANNELS_KEPT)
            .build(),
        LayerSpec.of(LayerCase.PADDING, 1)
            .ranks(LayerRanks.atLeast(2))
            .sizes(SizeRule.CHANNELS_KEPT)
            .build(),
        LayerSpec.of(LayerCase.CONSTANTPAD, 4).inputs(1, 2).build(),
        LayerSpec.of(LayerCase.UPSAMPLE, 1)
            .newerWhen(PictureSpecs::isNewerUpsample)
            .ranks(CHANNELS)
            .sizes(SizeRule.CHANNELS_KEPT)
            .build(),
        LayerSpec.of(LayerCase.RESIZEBILINEAR, 3)
            .ranks(CHANNELS)
            .sizes(SizeRule.CHANNELS_KEPT)
            .build(),
        LayerSpec.of(LayerCase.CROPRESIZE, 3).inputs(2, 2).ranks(LayerRanks.atLeast(5)).build(),
        LayerSpec.of(LayerCase.REORGANIZEDATA, 1)
            .newerWhen(
                layer -> layer.getReorganizeData().getMode() == ReorganizationType.PIXEL_SHUFFLE)
            .ranks(CHANNELS)
            .build(),
        LayerSpec.of(LayerCase.NONMAXIMUMSUPPRESSION, 4).arity(new LayerArity(2, 5, 4, 4)).build());
  }

  private static boolean isNewerUpsample(NeuralNetworkLayer layer) {
    UpsampleLayerParams upsample = layer.getUpsample();
    return upsample.getFractionalScalingFactorCount() > 0
        || upsample.getLinearUpsampleMode() != UpsampleLayerParams.LinearUpsampleMode.DEFAULT;
  }
}
