package org.quantsweep.inference;

import java.util.List;
import java.util.Map;
import org.quantsweep.tensor.Tensor;

/**
 * The layers between two boundaries of a model. Safe for several threads at once; holds native
 * memory for the weights of these layers only, until closed.
 */
public interface NetworkPart extends AutoCloseable {
  /**
   * Runs the part, in a call of its own.
   *
   * @param blobs those live at its first boundary, as {@link Tapped} gives them
   * @return those live at its last boundary
   * @throws PredictionException when it cannot be run on these blobs
   * @throws EngineFaultException when the engine fails, which tells nothing of the blobs
   */
  Map<String, Tensor> run(Map<String, Tensor> blobs) throws PredictionException;

  /**
   * Runs a part that ends with the model, and answers as the model does.
   *
   * @throws IllegalStateException when layers follow behind the part
   */
  default Prediction predict(Map<String, Tensor> blobs) throws PredictionException {
    return predictCalls(List.of(blobs)).get(0);
  }

  /**
   * The same for calls that follow each other: a state that the part holds begins with zeros and
   * goes from call to call.
   *
   * @param calls the blobs of each call, as {@link #run} takes them
   * @throws IllegalStateException as {@link #predict}
   */
  List<Prediction> predictCalls(List<Map<String, Tensor>> calls) throws PredictionException;

  @Override
  void close();
}
