package org.quantsweep.coreml.neuralnetwork;

import java.util.List;
import org.quantsweep.proto.coreml.ActivationParams;
import org.quantsweep.proto.coreml.BiDirectionalLSTMLayerParams;
import org.quantsweep.proto.coreml.GRULayerParams;
import org.quantsweep.proto.coreml.LSTMParams;
import org.quantsweep.proto.coreml.NeuralNetworkLayer;
import org.quantsweep.proto.coreml.NeuralNetworkLayer.LayerCase;
import org.quantsweep.proto.coreml.SimpleRecurrentLayerParams;
import org.quantsweep.proto.coreml.UniDirectionalLSTMLayerParams;

/**
 * Recurrent layers. Their matrices for the input are linear uses of it; those for their own state
 * are not, for the state is no blob. The bias of a gate is shared by both.
 */
final class RecurrentSpecs {
  private static final LayerRanks SEQUENCES = new LayerRanks(5, 5);
  private static final LinearField INPUT_MATRIX = new LinearField(LinearField.Form.PRODUCT, "");

  private RecurrentSpecs() {}

  static List<LayerSpec> all() {
    return List.of(
        LayerSpec.of(LayerCase.SIMPLERECURRENT, 1)
            .arity(new LayerArity(2, 2, 2, 2))
            .ranks(SEQUENCES)
            .weights(RecurrentSpecs::simpleWeights)
            .parameters(RecurrentSpecs::checkSimple)
            .linear(INPUT_MATRIX, "weightMatrix"::equals)
            .build(),
        LayerSpec.of(LayerCase.GRU, 1)
            .arity(new LayerArity(1, 2, 2, 2))
            .ranks(SEQUENCES)
            .weights(RecurrentSpecs::gruWeights)
            .parameters(RecurrentSpecs::checkGru)
            .linear(INPUT_MATRIX, RecurrentSpecs::isInputMatrix)
            .build(),
        LayerSpec.of(LayerCase.UNIDIRECTIONALLSTM, 1)
            .arity(new LayerArity(1, 3, 3, 3))
            .ranks(SEQUENCES)
            .weights(RecurrentSpecs::uniDirectionalWeights)
            .parameters(RecurrentSpecs::checkUniDirectional)
            .linear(INPUT_MATRIX, RecurrentSpecs::isInputMatrix)
            .build(),
        LayerSpec.of(LayerCase.BIDIRECTIONALLSTM, 1)
            .arity(new LayerArity(1, 5, 5, 5))
            .ranks(SEQUENCES)
            .weights(RecurrentSpecs::biDirectionalWeights)
            .parameters(RecurrentSpecs::checkBiDirectional)
            .linear(INPUT_MATRIX, RecurrentSpecs::isInputMatrix)
            .build());
  }

  private static boolean isInputMatrix(String field) {
    return field.endsWith("WeightMatrix");
  }

  private static void simpleWeights(NeuralNetworkLayer layer, WeightFields fields) {
    SimpleRecurrentLayerParams recurrent = layer.getSimpleRecurrent();
    long inputs = recurrent.getInputVectorSize();
    long outputs = recurrent.getOutputVectorSize();
    fields.matrix("weightMatrix", 0, outputs, List.of(outputs, inputs));
    fields.matrix("recursionMatrix", 0, outputs, List.of(outputs, outputs));
    if (recurrent.getHasBiasVector()) {
      fields.vector("biasVector", outputs);
    }
    ActivationFunctions.weights("activation.", recurrent.getActivation(), fields);
  }

  private static void gruWeights(NeuralNetworkLayer layer, WeightFields fields) {
    GRULayerParams gru = layer.getGru();
    long inputs = gru.getInputVectorSize();
    long outputs = gru.getOutputVectorSize();
    List<String> gates = List.of("updateGate", "resetGate", "outputGate");
    for (String gate : gates) {
      fields.matrix(gate + "WeightMatrix", 0, outputs, List.of(outputs, inputs));
    }
    for (String gate : gates) {
      fields.matrix(gate + "RecursionMatrix", 0, outputs, List.of(outputs, outputs));
    }
    if (gru.getHasBiasVectors()) {
      for (String gate : gates) {
        fields.vector(gate + "BiasVector", outputs);
      }
    }
    activations("activations", gru.getActivationsList(), fields);
  }

  private static void uniDirectionalWeights(NeuralNetworkLayer layer, WeightFields fields) {
    UniDirectionalLSTMLayerParams lstm = layer.getUniDirectionalLSTM();
    lstm(
        "weightParams",
        lstm.getInputVectorSize(),
        lstm.getOutputVectorSize(),
        lstm.getParams(),
        fields);
    activations("activations", lstm.getActivationsList(), fields);
  }

  private static void biDirectionalWeights(NeuralNetworkLayer layer, WeightFields fields) {
    BiDirectionalLSTMLayerParams lstm = layer.getBiDirectionalLSTM();
    for (int direction = 0; direction < lstm.getWeightParamsCount(); direction++) {
      lstm(
          "weightParams[" + direction + "]",
          lstm.getInputVectorSize(),
          lstm.getOutputVectorSize(),
          lstm.getParams(),
          fields);
    }
    activations("activationsForwardLSTM", lstm.getActivationsForwardLSTMList(), fields);
    activations("activationsBackwardLSTM", lstm.getActivationsBackwardLSTMList(), fields);
  }

  private static void lstm(
      String prefix, long inputs, long outputs, LSTMParams params, WeightFields fields) {
    List<String> gates = List.of("inputGate", "forgetGate", "blockInput", "outputGate");
    for (String gate : gates) {
      fields.matrix(prefix + "." + gate + "WeightMatrix", 0, outputs, List.of(outputs, inputs));
    }
    for (String gate : gates) {
      fields.matrix(prefix + "." + gate + "RecursionMatrix", 0, outputs, List.of(outputs, outputs));
    }
    if (params.getHasBiasVectors()) {
      for (String gate : gates) {
        fields.vector(prefix + "." + gate + "BiasVector", outputs);
      }
    }
    if (params.getHasPeepholeVectors()) {
      for (String gate : List.of("inputGate", "forgetGate", "outputGate")) {
        fields.vector(prefix + "." + gate + "PeepholeVector", outputs);
      }
    }
  }

  private static void activations(
      String field, List<ActivationParams> activations, WeightFields fields) {
    for (int i = 0; i < activations.size(); i++) {
      ActivationFunctions.weights(field + "[" + i + "].", activations.get(i), fields);
    }
  }

  private static void checkSimple(LayerFindings findings) {
    functions(List.of(findings.layer().getSimpleRecurrent().getActivation()), findings);
  }

  private static void checkGru(LayerFindings findings) {
    functions(findings.layer().getGru().getActivationsList(), findings);
  }

  private static void checkUniDirectional(LayerFindings findings) {
    List<ActivationParams> activations =
        findings.layer().getUniDirectionalLSTM().getActivationsList();
    three("activations", activations, findings);
    functions(activations, findings);
  }

  private static void checkBiDirectional(LayerFindings findings) {
    BiDirectionalLSTMLayerParams lstm = findings.layer().getBiDirectionalLSTM();
    three("activationsForwardLSTM", lstm.getActivationsForwardLSTMList(), findings);
    three("activationsBackwardLSTM", lstm.getActivationsBackwardLSTMList(), findings);
    functions(lstm.getActivationsForwardLSTMList(), findings);
    functions(lstm.getActivationsBackwardLSTMList(), findings);
    if (lstm.getWeightParamsCount() != 2) {
      findings.problem(
          "has weights for "
              + lstm.getWeightParamsCount()
              + " directions, but needs them for 2 (forward, backward).");
    }
  }

  private static void three(
      String field, List<ActivationParams> activations, LayerFindings findings) {
    if (activations.size() != 3) {
      findings.problem(
          "has "
              + activations.size()
              + " "
              + field
              + ", but needs 3 (gates, block input, output).");
    }
  }

  private static void functions(List<ActivationParams> activations, LayerFindings findings) {
    for (ActivationParams activation : activations) {
      if (!ActivationFunctions.isRecurrent(activation)) {
        findings.problem(
            "uses activation "
                + activation.getNonlinearityTypeCase()
                + ", which recurrent layers do not take.");
      }
    }
  }
}
