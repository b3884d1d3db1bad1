package org.quantsweep.inference;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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
   * Answers one sample (batch 1).
   *
   * @param inputs an array for every input that is not optional, as {@link InputDescription} says
   * @throws PredictionException when the model cannot be run on these inputs
   * @throws EngineFaultException when the engine fails, which tells nothing of the inputs
   */
  Prediction predict(Map<String, Tensor> inputs) throws PredictionException;

  /**
   * Answers calls that follow each other. A model with a state begins with zeros and takes its
   * state from call to call; any other model answers each call by itself.
   *
   * @param calls the inputs of each call, as {@link #predict} takes them
   * @throws PredictionException when the model cannot be run on one of them
   */
  default List<Prediction> predictCalls(List<Map<String, Tensor>> calls)
      throws PredictionException {
    List<Prediction> predictions = new ArrayList<>();
    for (Map<String, Tensor> inputs : calls) {
      predictions.add(predict(inputs));
    }
    return predictions;
  }

  @Override
  void close();
}
