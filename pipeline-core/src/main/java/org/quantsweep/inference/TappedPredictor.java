package org.quantsweep.inference;

import java.util.Map;
import org.quantsweep.tensor.Tensor;

/**
 * A network that also tells the values of its blobs. Safe for several threads at once; holds native
 * memory until closed.
 */
public interface TappedPredictor extends AutoCloseable {
  /**
   * Runs the network on one sample.
   *
   * @param inputs as {@link Predictor#predict} takes them
   * @throws PredictionException when the model cannot be run on these inputs
   * @throws EngineFaultException when the engine fails, which tells nothing of the inputs
   */
  Tapped run(Map<String, Tensor> inputs) throws PredictionException;

  @Override
  void close();
}
