package org.quantsweep.inference.onnx.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.quantsweep.inference.OutputValue;
import org.quantsweep.inference.PredictionException;
import org.quantsweep.inference.Predictor;
import org.quantsweep.inference.engine.InferenceEngines;
import org.quantsweep.proto.coreml.ActivationParams;
import org.quantsweep.proto.coreml.LSTMParams;
import org.quantsweep.proto.coreml.LSTMWeightParams;
import org.quantsweep.proto.coreml.Model;
import org.quantsweep.proto.coreml.NeuralNetworkLayer;
import org.quantsweep.proto.coreml.UniDirectionalLSTMLayerParams;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;

/** Recurrent layers and embeddings behind inputs that are declared for one step. */
class SequenceAnswersTest {
  /** What a gate lets pass: sigmoid(1). */
  private static final double SHARE = 1 / (1 + Math.exp(-1));

  @ParameterizedTest
  @CsvSource({
    // Cells would be 0.56, 0.96, 1.26 ...: the first of these is reached in the first step.
    "0.1, false", "1, false", "0.1, true", "1, true",
    // These are not, in six steps.
    "50, false", "500, false", "50000, false", "50000, true"
  })
  void cellsAreLimitedToWhatTheLayerSays(float limit, boolean coupled) throws PredictionException {
    double cell = 0;
    double[] cells = new double[6];
    for (int step = 0; step < 6; step++) {
      double forget = coupled ? 1 - SHARE : SHARE;
      cell = Math.min(limit, forget * cell + SHARE * Math.tanh(1));
      cells[step] = cell;
    }
    LSTMParams.Builder params =
        LSTMParams.newBuilder()
            .setHasBiasVectors(true)
            .setCoupledInputAndForgetGate(coupled)
            .setSequenceOutput(true)
            .setCellClipThreshold(limit);
    Tensor answer = answer(lstm(params, 0, 0, 1), 1, zeros(6, 1, 1));
    assertThat(answer.size()).isEqualTo(6);
    for (int step = 0; step < 6; step++) {
      assertThat(answer.get(step))
          .isCloseTo((float) (SHARE * Math.tanh(cells[step])), within(1e-6f));
    }
  }

  @Test
  void aSequenceIsStepAfterStep() throws PredictionException {
    LSTMParams.Builder params =
        LSTMParams.newBuilder().setHasBiasVectors(true).setCellClipThreshold(50000);
    double hidden = 0;
    double cell = 0;
    float[] x = {0.5f, -1, 2, 0.25f};
    for (float given : x) {
      double gate = 1 / (1 + Math.exp(-(0.7 * given - 0.4 * hidden + 0.2)));
      cell = gate * cell + gate * Math.tanh(0.7 * given - 0.4 * hidden + 0.2);
      hidden = gate * Math.tanh(cell);
    }
    NeuralNetworkLayer.Builder layer = lstm(params, 0.7f, -0.4f, 0.2f);
    for (Shape shape : List.of(Shape.of(4, 1, 1), Shape.of(4, 1, 1, 1, 1))) {
      Tensor answer = answer(layer, 1, Tensor.wrap(shape, x.clone()));
      assertThat(answer.shape()).isEqualTo(Shape.of(1));
      assertThat(answer.get(0)).isCloseTo((float) hidden, within(1e-6f));
    }
  }

  @Test
  void wordsOfASentenceAreLookedUp() throws PredictionException {
    NeuralNetworkLayer.Builder layer = NeuralNetworkLayer.newBuilder();
    layer
        .getEmbeddingBuilder()
        .setInputDim(3)
        .setOutputChannels(2)
        .setWeights(SingleLayerNetwork.weights(1, 2, 3, 10, 20, 30));
    Tensor words = Tensor.wrap(Shape.of(4, 1, 1), new float[] {2, 0, 1, 2});
    assertThat(answer(layer, 1, words).toArray()).containsExactly(3, 30, 1, 10, 2, 20, 3, 30);
  }

  @Test
  void twoSequencesAtOnceAreNotTaken() {
    LSTMParams.Builder params = LSTMParams.newBuilder().setHasBiasVectors(true);
    assertThatThrownBy(() -> answer(lstm(params, 1, 1, 1), 1, zeros(6, 2, 1)))
        .isInstanceOf(PredictionException.class)
        .hasMessage("input 'x' of shape [6, 2, 1] is not what the model allows");
  }

  @Test
  void aNetworkWithoutSequencesTakesNone() {
    NeuralNetworkLayer.Builder layer = NeuralNetworkLayer.newBuilder();
    layer.getActivationBuilder().getReLUBuilder();
    assertThatThrownBy(() -> answer(layer, 1, zeros(6, 1, 1)))
        .isInstanceOf(PredictionException.class)
        .hasMessage("input 'x' of shape [6, 1, 1] is not what the model allows");
  }

  private static Tensor zeros(int... lengths) {
    Shape shape = Shape.of(lengths);
    return Tensor.wrap(shape, new float[Math.toIntExact(shape.elementCount())]);
  }

  /** Answers to an input that is declared with so many channels. */
  private static Tensor answer(NeuralNetworkLayer.Builder layer, int channels, Tensor x)
      throws PredictionException {
    Model.Builder model = Model.newBuilder().setSpecificationVersion(1);
    model
        .getDescriptionBuilder()
        .addInput(TinyModels.array("x", channels))
        .addOutput(TinyModels.array("y"));
    NeuralNetworkLayer.Builder named = layer.clone().setName("layer").addInput("x").addOutput("y");
    if (layer.hasUniDirectionalLSTM()) {
      for (String state : List.of("h", "c")) {
        model.getDescriptionBuilder().addInput(TinyModels.optional(TinyModels.array(state, 1)));
        named.addInput(state).addOutput(state + "_out");
      }
    }
    model.getNeuralNetworkBuilder().addLayers(named);
    try (Predictor predictor = InferenceEngines.onnxRuntime().open(TinyModels.read(model))) {
      OutputValue value = predictor.predict(Map.of("x", x)).outputs().get("y");
      return ((OutputValue.Array) value).values();
    }
  }

  /** One cell whose gates all have the same weights. */
  private static NeuralNetworkLayer.Builder lstm(
      LSTMParams.Builder params, float input, float recursion, float bias) {
    ActivationParams.Builder sigmoid = ActivationParams.newBuilder();
    sigmoid.getSigmoidBuilder();
    ActivationParams.Builder tanh = ActivationParams.newBuilder();
    tanh.getTanhBuilder();
    LSTMWeightParams.Builder weights = LSTMWeightParams.newBuilder();
    for (var field : LSTMWeightParams.getDescriptor().getFields()) {
      String name = field.getName();
      if (!name.endsWith("PeepholeVector")) {
        float value =
            name.endsWith("WeightMatrix") ? input : name.endsWith("BiasVector") ? bias : recursion;
        weights.setField(field, SingleLayerNetwork.weights(value));
      }
    }
    NeuralNetworkLayer.Builder layer = NeuralNetworkLayer.newBuilder();
    UniDirectionalLSTMLayerParams.Builder lstm = layer.getUniDirectionalLSTMBuilder();
    lstm.setInputVectorSize(1).setOutputVectorSize(1).setParams(params).setWeightParams(weights);
    lstm.addAllActivations(List.of(sigmoid.build(), tanh.build(), tanh.build()));
    return layer;
  }
}
