package org.quantsweep.coreml.file;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.quantsweep.coreml.neuralnetwork.NetworkInterface;
import org.quantsweep.proto.coreml.Model;
import org.quantsweep.proto.coreml.NeuralNetworkLayer;
import org.quantsweep.sample.InputDescription;
import org.quantsweep.sample.LengthRange;

/**
 * Whole sequences at inputs that are declared for one step. A network of five axes takes an array
 * that is declared {@code [C]} as {@code [steps, 1, C]} too, and as {@code [steps, 1, C, 1, 1]}.
 * That is allowed where a layer reads sequences: a recurrent one, or an embedding.
 */
final class SequenceInputs {
  private static final LengthRange ONE = LengthRange.exactly(1);
  private static final LengthRange STEPS = new LengthRange(1, LengthRange.UNBOUNDED);

  private SequenceInputs() {}

  /** The inputs of a model, with what they take beyond their descriptions. */
  static List<InputDescription> of(Model model, List<InputDescription> described) {
    if (!model.hasNeuralNetwork()
        && !model.hasNeuralNetworkClassifier()
        && !model.hasNeuralNetworkRegressor()) {
      return described;
    }
    NetworkInterface network = NetworkInterface.of(model);
    if (network.exactArrays() || network.layers().stream().noneMatch(SequenceInputs::reads)) {
      return described;
    }
    Set<String> states = new HashSet<>();
    for (NeuralNetworkLayer layer : network.layers()) {
      if (isRecurrent(layer)) {
        states.addAll(layer.getInputList().subList(1, layer.getInputCount()));
      }
    }
    List<InputDescription> inputs = new ArrayList<>();
    for (InputDescription input : described) {
      inputs.add(
          input instanceof InputDescription.Array array
                  && array.shape().rank() == 1
                  && !states.contains(array.name())
              ? withSteps(array)
              : input);
    }
    return inputs;
  }

  private static InputDescription withSteps(InputDescription.Array array) {
    LengthRange channels = LengthRange.exactly(array.shape().length(0));
    List<List<LengthRange>> shapes = new ArrayList<>(array.shapes());
    shapes.add(List.of(STEPS, ONE, channels));
    shapes.add(List.of(STEPS, ONE, channels, ONE, ONE));
    return new InputDescription.Array(
        array.name(), array.optional(), array.shape(), shapes, array.integer());
  }

  private static boolean reads(NeuralNetworkLayer layer) {
    return layer.hasEmbedding() || isRecurrent(layer);
  }

  private static boolean isRecurrent(NeuralNetworkLayer layer) {
    return layer.hasSimpleRecurrent()
        || layer.hasGru()
        || layer.hasUniDirectionalLSTM()
        || layer.hasBiDirectionalLSTM();
  }
}
