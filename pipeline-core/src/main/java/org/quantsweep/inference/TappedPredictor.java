package org.quantsweep.inference;

import java.util.List;
import java.util.Map;
import org.quantsweep.tensor.Tensor;

/**
 * A model that also tells the values that flow through it. Of a value inside a loop it tells those
 * of all turns, along a new first axis; of one inside a branch that was not taken, nothing. Safe
 * for several threads at once; holds native memory until closed.
 */
public interface TappedPredictor extends AutoCloseable {
  /**
   * Runs the network on one sample, in a call of its own.
   *
   * @param inputs as {@link Predictor#predict} takes them
   * @throws PredictionException when the model cannot be run on these inputs
   * @throws EngineFaultException when the engine fails, which tells nothing of the inputs
   */
  default Tapped run(Map<String, Tensor> inputs) throws PredictionException {
    return runCalls(List.of(inputs)).get(0);
  }

  /**
   * Runs calls that follow each other.
   *
   * @param calls as {@link Predictor#predictCalls} takes them
   * @throws PredictionException when the model cannot be run on one of them
   * @throws EngineFaultException as {@link #run}
   */
  List<Tapped> runCalls(List<Map<String, Tensor>> calls) throws PredictionException;

  @Override
  void close();
}
