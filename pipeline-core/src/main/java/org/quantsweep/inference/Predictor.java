package org.quantsweep.inference;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.quantsweep.sample.InputDescription;
import org.quantsweep.tensor.Tensor;

/**
 * A model that is ready to answer. Safe for several threads at once; holds native memory until
 * closed.
 */
public interface Predictor extends AutoCloseable {
  /** What the model wants. */
  List<InputDescription> inputs();

  /**
   * Why the model does not run on inputs of the shapes that it prefers, where it runs on others
   * that it allows, without full stop; empty where it does.
   */
  default Optional<String> preferredRefusal() {
    return Optional.empty();
  }

  /**
   * Answers one sample (batch 1), in a call of its own.
   *
   * @param inputs an array for every input that is not optional, as {@link InputDescription} says
   * @throws PredictionException when the model cannot be run on these inputs
   * @throws EngineFaultException when the engine fails, which tells nothing of the inputs
   */
  default Prediction predict(Map<String, Tensor> inputs) throws PredictionException {
    return predictCalls(List.of(inputs)).get(0);
  }

  /**
   * Answers calls that follow each other. A model with a state begins with zeros and takes its
   * state from call to call; any other model answers each call by itself.
   *
   * @param calls the inputs of each call, as {@link #predict} takes them
   * @throws PredictionException when the model cannot be run on one of them
   * @throws EngineFaultException as {@link #predict}
   */
  List<Prediction> predictCalls(List<Map<String, Tensor>> calls) throws PredictionException;

  @Override
  void close();
}
