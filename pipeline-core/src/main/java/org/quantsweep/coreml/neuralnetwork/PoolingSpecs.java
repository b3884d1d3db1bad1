package org.quantsweep.coreml.neuralnetwork;

import java.util.List;
import org.quantsweep.proto.coreml.NeuralNetworkLayer;
import org.quantsweep.proto.coreml.NeuralNetworkLayer.LayerCase;
import org.quantsweep.proto.coreml.PoolingLayerParams;
import org.quantsweep.proto.coreml.PoolingLayerParams.PoolingPaddingTypeCase;

/** Largest values and means of windows. */
final class PoolingSpecs {
  private PoolingSpecs() {}

  static List<LayerSpec> all() {
    return List.of(
        LayerSpec.of(LayerCase.POOLING, 1)
            .ranks(LayerRanks.atLeast(4))
            .parameters(PoolingSpecs::check)
            .sizes((layer, known) -> known.input(layer).map(input -> size(layer, input, known)))
            .build(),
        LayerSpec.of(LayerCase.POOLING3D, 5).ranks(LayerRanks.atLeast(5)).build(),
        LayerSpec.of(LayerCase.GLOBALPOOLING3D, 5).ranks(LayerRanks.atLeast(5)).build());
  }

  private static void check(LayerFindings findings) {
    PoolingLayerParams pooling = findings.layer().getPooling();
    if (pooling.getPoolingPaddingTypeCase() == PoolingPaddingTypeCase.POOLINGPADDINGTYPE_NOT_SET) {
      findings.problem("sets no padding type.");
    }
    // Over the whole plane there is one window, and nothing to move it by.
    if (!pooling.getGlobalPooling()) {
      findings.positive("stride", pooling.getStrideList());
      findings.positive("kernelSize", pooling.getKernelSizeList());
    }
  }

  private static BlobSize size(NeuralNetworkLayer layer, BlobSize input, BlobSizes known) {
    PoolingLayerParams pooling = layer.getPooling();
    if (pooling.getGlobalPooling()) {
      return new BlobSize(input.channels(), 1, 1);
    }
    long[] plane = {BlobSize.UNKNOWN, BlobSize.UNKNOWN};
    for (int axis = 0; axis < 2; axis++) {
      long length = axis == 0 ? input.height() : input.width();
      long kernel = WindowSizes.at(pooling.getKernelSizeList(), axis, 3);
      long stride = WindowSizes.at(pooling.getStrideList(), axis, 1);
      if (pooling.hasSame()) {
        plane[axis] = WindowSizes.same(length, stride);
      } else if (pooling.hasValid()) {
        plane[axis] =
            WindowSizes.valid(layer, axis, length, pooling.getValid(), kernel, stride, known);
      }
    }
    return new BlobSize(input.channels(), plane[0], plane[1]);
  }
}
