package org.quantsweep.inference.onnx.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.quantsweep.inference.onnx.network.SingleLayerNetwork.answer;
import static org.quantsweep.inference.onnx.network.SingleLayerNetwork.border;
import static org.quantsweep.inference.onnx.network.SingleLayerNetwork.counting;
import static org.quantsweep.inference.onnx.network.SingleLayerNetwork.tensor;

import org.junit.jupiter.api.Test;
import org.quantsweep.inference.PredictionException;
import org.quantsweep.proto.coreml.NeuralNetworkLayer;
import org.quantsweep.proto.coreml.PaddingLayerParams;
import org.quantsweep.tensor.Shape;

/** Padding of height and width by hand. */
class PaddingAnswersTest {
  @Test
  void aConstantIsPutAround() throws PredictionException {
    PaddingLayerParams.Builder padding =
        PaddingLayerParams.newBuilder()
            .setConstant(PaddingLayerParams.PaddingConstant.newBuilder().setValue(9))
            .setPaddingAmounts(border(1, 0, 0, 2));
    assertThat(answer(layer(padding), counting(1, 1, 2)))
        .isEqualTo(tensor(Shape.of(1, 2, 4), 9, 9, 9, 9, 1, 2, 9, 9));
  }

  @Test
  void aReflectionDoesNotRepeatTheEdge() throws PredictionException {
    PaddingLayerParams.Builder padding =
        PaddingLayerParams.newBuilder()
            .setReflection(PaddingLayerParams.PaddingReflection.getDefaultInstance())
            .setPaddingAmounts(border(0, 0, 2, 1));
    assertThat(answer(layer(padding), counting(1, 1, 3)).toArray())
        .containsExactly(3, 2, 1, 2, 3, 2);
  }

  @Test
  void aReplicationRepeatsTheEdge() throws PredictionException {
    PaddingLayerParams.Builder padding =
        PaddingLayerParams.newBuilder()
            .setReplication(PaddingLayerParams.PaddingReplication.getDefaultInstance())
            .setPaddingAmounts(border(0, 0, 2, 1));
    assertThat(answer(layer(padding), counting(1, 1, 3)).toArray())
        .containsExactly(1, 1, 1, 2, 3, 3);
  }

  private static NeuralNetworkLayer.Builder layer(PaddingLayerParams.Builder padding) {
    return NeuralNetworkLayer.newBuilder().setPadding(padding);
  }
}
