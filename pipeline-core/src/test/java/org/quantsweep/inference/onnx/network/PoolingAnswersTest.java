package org.quantsweep.inference.onnx.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.quantsweep.inference.onnx.network.SingleLayerNetwork.answer;
import static org.quantsweep.inference.onnx.network.SingleLayerNetwork.border;
import static org.quantsweep.inference.onnx.network.SingleLayerNetwork.counting;
import static org.quantsweep.inference.onnx.network.SingleLayerNetwork.tensor;

import org.junit.jupiter.api.Test;
import org.quantsweep.inference.PredictionException;
import org.quantsweep.proto.coreml.NeuralNetworkLayer;
import org.quantsweep.proto.coreml.PoolingLayerParams;
import org.quantsweep.proto.coreml.PoolingLayerParams.PoolingType;
import org.quantsweep.proto.coreml.SamePadding;
import org.quantsweep.proto.coreml.ValidPadding;
import org.quantsweep.tensor.Shape;

/** Poolings small enough to be done by hand; x counts 1, 2, 3, ... row by row. */
class PoolingAnswersTest {
  @Test
  void theLastPixelIsPooledThoughNoWholeWindowHoldsIt() throws PredictionException {
    // ceil((4 - 3) / 2) + 1 = 2 windows: columns 0..2 and 2..3.
    assertThat(answer(layer(includingLast(PoolingType.MAX, 3, 2, 0)), counting(1, 4, 4)))
        .isEqualTo(tensor(Shape.of(1, 2, 2), 11, 12, 15, 16));
  }

  @Test
  void aWindowOfPaddingAloneIsLeftOut() throws PredictionException {
    // ceil((3 + 2 - 2) / 2) + 1 = 3 windows, but the third begins at 3 = 2 * 2 - 1, outside.
    assertThat(answer(layer(includingLast(PoolingType.MAX, 2, 2, 1)), counting(1, 3, 3)))
        .isEqualTo(tensor(Shape.of(1, 2, 2), 1, 3, 7, 9));
  }

  @Test
  void aMeanPastTheLastPixelCountsOnlyWhatIsThere() throws PredictionException {
    // Windows of columns 0..2 and 2..3; the same for rows; what is past the end is not there.
    assertThat(answer(layer(includingLast(PoolingType.AVERAGE, 3, 2, 0)), counting(1, 4, 4)))
        .isEqualTo(tensor(Shape.of(1, 2, 2), 6, 7.5f, 12, 13.5f));
  }

  @Test
  void aMeanCountsItsPaddingAsZerosUnlessToldNotTo() throws PredictionException {
    PoolingLayerParams.Builder pooling =
        windows(PoolingType.AVERAGE, 2, 2)
            .setValid(ValidPadding.newBuilder().setPaddingAmounts(border(1, 1, 1, 1)));
    assertThat(answer(layer(pooling), counting(1, 2, 2)))
        .isEqualTo(tensor(Shape.of(1, 2, 2), 0.25f, 0.5f, 0.75f, 1));
    assertThat(answer(layer(pooling.setAvgPoolExcludePadding(true)), counting(1, 2, 2)))
        .isEqualTo(counting(1, 2, 2));
  }

  @Test
  void samePaddingPutsTheOddElementAtTheEndUnlessTheTopIsHeavy() throws PredictionException {
    SamePadding.Builder same = SamePadding.newBuilder();
    PoolingLayerParams.Builder pooling = windows(PoolingType.MAX, 2, 2).setSame(same);
    assertThat(answer(layer(pooling), counting(1, 3, 3)))
        .isEqualTo(tensor(Shape.of(1, 2, 2), 5, 6, 8, 9));
    same.setAsymmetryMode(SamePadding.SamePaddingMode.TOP_LEFT_HEAVY);
    assertThat(answer(layer(pooling.setSame(same)), counting(1, 3, 3)))
        .isEqualTo(tensor(Shape.of(1, 2, 2), 1, 3, 7, 9));
  }

  @Test
  void amountsAreGivenForHeightThenWidthWithStartThenEnd() throws PredictionException {
    PoolingLayerParams.Builder pooling =
        windows(PoolingType.MAX, 2, 1)
            .setValid(ValidPadding.newBuilder().setPaddingAmounts(border(1, 0, 0, 0)));
    assertThat(answer(layer(pooling), counting(1, 2, 3)))
        .isEqualTo(tensor(Shape.of(1, 2, 2), 2, 3, 5, 6));
  }

  @Test
  void theSquarePoolingIsTheRootOfTheSumOfSquares() throws PredictionException {
    PoolingLayerParams.Builder pooling =
        windows(PoolingType.L2, 2, 1).setValid(ValidPadding.getDefaultInstance());
    // 1 + 4 + 16 + 4 = 25
    assertThat(answer(layer(pooling), tensor(Shape.of(1, 2, 2), 1, 2, 4, 2)).get(0)).isEqualTo(5);
  }

  @Test
  void globalPoolingTakesTheWholePictureWhateverItsWindowSays() throws PredictionException {
    PoolingLayerParams.Builder pooling =
        windows(PoolingType.AVERAGE, 0, 1)
            .setGlobalPooling(true)
            .setIncludeLastPixel(
                PoolingLayerParams.ValidCompletePadding.newBuilder()
                    .addPaddingAmounts(0)
                    .addPaddingAmounts(0));
    assertThat(answer(layer(pooling), counting(2, 2, 3)).toArray()).containsExactly(3.5f, 9.5f);
  }

  @Test
  void globalPoolingNeedsNoStride() throws PredictionException {
    // As PyTorch's AdaptiveAvgPool2d(1) is converted: both are 0.
    PoolingLayerParams.Builder pooling =
        windows(PoolingType.AVERAGE, 0, 0)
            .setGlobalPooling(true)
            .setValid(ValidPadding.getDefaultInstance());
    assertThat(answer(layer(pooling), counting(2, 2, 3)).toArray()).containsExactly(3.5f, 9.5f);
  }

  private static PoolingLayerParams.Builder windows(PoolingType type, int kernel, int stride) {
    return PoolingLayerParams.newBuilder()
        .setType(type)
        .addKernelSize(kernel)
        .addKernelSize(kernel)
        .addStride(stride)
        .addStride(stride);
  }

  private static PoolingLayerParams.Builder includingLast(
      PoolingType type, int kernel, int stride, int padding) {
    return windows(type, kernel, stride)
        .setIncludeLastPixel(
            PoolingLayerParams.ValidCompletePadding.newBuilder()
                .addPaddingAmounts(padding)
                .addPaddingAmounts(padding));
  }

  private static NeuralNetworkLayer.Builder layer(PoolingLayerParams.Builder pooling) {
    return NeuralNetworkLayer.newBuilder().setPooling(pooling);
  }
}
