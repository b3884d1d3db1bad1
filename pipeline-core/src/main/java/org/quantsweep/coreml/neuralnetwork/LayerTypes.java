package org.quantsweep.coreml.neuralnetwork;

import org.quantsweep.proto.coreml.NeuralNetworkLayer;
import org.quantsweep.proto.coreml.ReorganizeDataLayerParams;
import org.quantsweep.proto.coreml.UpsampleLayerParams;

/** Facts about layer types. */
public final class LayerTypes {
  /** Field numbers of the layer types up to the custom layer, all of specification 1 to 3. */
  private static final int LAST_OF_IOS_12 = NeuralNetworkLayer.CUSTOM_FIELD_NUMBER;

  private LayerTypes() {}

  /** The layer type as the format calls it, for example {@code convolution}; empty when unset. */
  public static String name(NeuralNetworkLayer layer) {
    int number = layer.getLayerCase().getNumber();
    return number == 0
        ? ""
        : NeuralNetworkLayer.getDescriptor().findFieldByNumber(number).getName();
  }

  /** Whether the layer, as it is set, came with specification version 4 (iOS 13) or later. */
  static boolean isNewerThanIos12(NeuralNetworkLayer layer) {
    return switch (layer.getLayerCase()) {
      case CONVOLUTION -> layer.getInputCount() > 1;
      case INNERPRODUCT -> layer.getInnerProduct().getInt8DynamicQuantize();
      case UPSAMPLE ->
          layer.getUpsample().getFractionalScalingFactorCount() > 0
              || layer.getUpsample().getLinearUpsampleMode()
                  != UpsampleLayerParams.LinearUpsampleMode.DEFAULT;
      case REORGANIZEDATA ->
          layer.getReorganizeData().getMode()
              == ReorganizeDataLayerParams.ReorganizationType.PIXEL_SHUFFLE;
      default -> layer.getLayerCase().getNumber() > LAST_OF_IOS_12;
    };
  }
}
