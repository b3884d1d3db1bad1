package org.quantsweep.inference;

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

  @Override
  void close();
}
