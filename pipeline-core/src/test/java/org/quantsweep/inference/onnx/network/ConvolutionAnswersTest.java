package org.quantsweep.inference.onnx.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.quantsweep.inference.onnx.network.SingleLayerNetwork.answer;
import static org.quantsweep.inference.onnx.network.SingleLayerNetwork.border;
import static org.quantsweep.inference.onnx.network.SingleLayerNetwork.counting;
import static org.quantsweep.inference.onnx.network.SingleLayerNetwork.tensor;
import static org.quantsweep.inference.onnx.network.SingleLayerNetwork.weights;

import org.junit.jupiter.api.Test;
import org.quantsweep.inference.PredictionException;
import org.quantsweep.proto.coreml.ConvolutionLayerParams;
import org.quantsweep.proto.coreml.NeuralNetworkLayer;
import org.quantsweep.proto.coreml.SamePadding;
import org.quantsweep.proto.coreml.ValidPadding;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;

/** Convolutions and deconvolutions whose sums can be done by hand. */
class ConvolutionAnswersTest {
  @Test
  void aKernelIsNotFlipped() throws PredictionException {
    ConvolutionLayerParams.Builder conv = row(1, 2).setWeights(weights(1, 10)).setValid(valid());
    assertThat(answer(layer(conv), counting(1, 1, 3))).isEqualTo(tensor(Shape.of(1, 1, 2), 21, 32));
  }

  @Test
  void samePaddingOfAnEvenKernelPadsTheEndUnlessTheTopIsHeavy() throws PredictionException {
    SamePadding.Builder same = SamePadding.newBuilder();
    ConvolutionLayerParams.Builder conv = row(1, 2).setWeights(weights(1, 10));
    assertThat(answer(layer(conv.setSame(same)), counting(1, 1, 3)).toArray())
        .containsExactly(21, 32, 3);
    same.setAsymmetryMode(SamePadding.SamePaddingMode.TOP_LEFT_HEAVY);
    assertThat(answer(layer(conv.setSame(same)), counting(1, 1, 3)).toArray())
        .containsExactly(10, 21, 32);
  }

  @Test
  void samePaddingWithStrideRoundsTheLengthUp() throws PredictionException {
    // ceil(4 / 3) = 2 outputs need 3 + 2 = 5 elements: one at the end.
    ConvolutionLayerParams.Builder conv =
        row(1, 2).setWeights(weights(1, 10)).setSame(SamePadding.getDefaultInstance());
    conv.clearStride().addStride(1).addStride(3);
    assertThat(answer(layer(conv), counting(1, 1, 4)).toArray()).containsExactly(21, 4);
  }

  @Test
  void aDilatedKernelReachesFurther() throws PredictionException {
    ConvolutionLayerParams.Builder conv =
        row(1, 2)
            .setWeights(weights(1, 10))
            .setValid(ValidPadding.newBuilder().setPaddingAmounts(border(0, 0, 0, 1)));
    conv.addDilationFactor(1).addDilationFactor(3);
    assertThat(answer(layer(conv), counting(1, 1, 4)).toArray()).containsExactly(41, 2);
  }

  @Test
  void groupsSeeOnlyTheirOwnChannelsAndEachOutputHasItsBias() throws PredictionException {
    ConvolutionLayerParams.Builder conv =
        row(4, 1)
            .setKernelChannels(1)
            .setNGroups(2)
            .setWeights(weights(1, 2, 3, 4))
            .setHasBias(true)
            .setBias(weights(100, 200, 300, 400))
            .setValid(valid());
    assertThat(answer(layer(conv), tensor(Shape.of(2, 1, 1), 5, 7)).toArray())
        .containsExactly(105, 210, 321, 428);
  }

  @Test
  void aDeconvolutionSpreadsEachElementAndAddsWhereTheyMeet() throws PredictionException {
    // 1 -> 1 10 100, 2 -> 2 20 200 from place 2 on.
    ConvolutionLayerParams.Builder conv =
        row(1, 3).setIsDeconvolution(true).setWeights(weights(1, 10, 100)).setValid(valid());
    conv.clearStride().addStride(1).addStride(2);
    assertThat(answer(layer(conv), counting(1, 1, 2)).toArray())
        .containsExactly(1, 10, 102, 20, 200);
  }

  @Test
  void aDeconvolutionIsCutByItsPaddingAtBothEnds() throws PredictionException {
    ConvolutionLayerParams.Builder conv =
        row(1, 3)
            .setIsDeconvolution(true)
            .setWeights(weights(1, 10, 100))
            .setValid(ValidPadding.newBuilder().setPaddingAmounts(border(0, 0, 1, 2)));
    conv.clearStride().addStride(1).addStride(2);
    assertThat(answer(layer(conv), counting(1, 1, 2)).toArray()).containsExactly(10, 102);
  }

  @Test
  void aDeconvolutionOfSamePaddingMakesLengthTimesStride() throws PredictionException {
    ConvolutionLayerParams.Builder conv =
        row(1, 3)
            .setIsDeconvolution(true)
            .setWeights(weights(1, 10, 100))
            .setSame(SamePadding.getDefaultInstance());
    conv.clearStride().addStride(1).addStride(2);
    // One of 5 is cut, at the end, as the odd element of a convolution is added at the end.
    assertThat(answer(layer(conv), counting(1, 1, 2)).toArray()).containsExactly(1, 10, 102, 20);
  }

  @Test
  void aDeconvolutionHasItsInputChannelsOutermostAndOutputsOfEachGroupNext()
      throws PredictionException {
    // Weights [C_in = 2, C_out / groups = 2, 1, 1]: input 0 makes outputs 0, 1; input 1 makes 2, 3.
    ConvolutionLayerParams.Builder conv =
        row(4, 1)
            .setIsDeconvolution(true)
            .setKernelChannels(2)
            .setNGroups(2)
            .setWeights(weights(1, 2, 3, 4))
            .setHasBias(true)
            .setBias(weights(100, 200, 300, 400))
            .setValid(valid());
    assertThat(answer(layer(conv), tensor(Shape.of(2, 1, 1), 5, 7)).toArray())
        .containsExactly(105, 210, 321, 428);
  }

  @Test
  void aDeconvolutionHasTheShapeThatItNames() throws PredictionException {
    ConvolutionLayerParams.Builder conv =
        row(1, 3)
            .setIsDeconvolution(true)
            .setWeights(weights(1, 10, 100))
            .setValid(valid())
            .addOutputShape(1)
            .addOutputShape(5);
    conv.clearStride().addStride(1).addStride(2);
    Tensor answer = answer(layer(conv), counting(1, 1, 2));
    assertThat(answer).isEqualTo(tensor(Shape.of(1, 1, 5), 1, 10, 102, 20, 200));
  }

  /** One channel in, a kernel of one row, stride 1. */
  private static ConvolutionLayerParams.Builder row(int outputs, int width) {
    return ConvolutionLayerParams.newBuilder()
        .setOutputChannels(outputs)
        .setKernelChannels(1)
        .setNGroups(1)
        .addKernelSize(1)
        .addKernelSize(width)
        .addStride(1)
        .addStride(1);
  }

  private static ValidPadding valid() {
    return ValidPadding.getDefaultInstance();
  }

  private static NeuralNetworkLayer.Builder layer(ConvolutionLayerParams.Builder conv) {
    return NeuralNetworkLayer.newBuilder().setConvolution(conv);
  }
}
