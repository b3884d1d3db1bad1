package org.quantsweep.inference;

import java.util.Map;
import org.quantsweep.tensor.Tensor;

/**
 * The layers between two boundaries of a network. Safe for several threads at once; holds native
 * memory for the weights of these layers only, until closed.
 */
public interface NetworkPart extends AutoCloseable {
  /**
   * Runs the part.
   *
   * @param blobs those live at its first boundary, as {@link Tapped} gives them
   * @return those live at its last boundary
   * @throws PredictionException when it cannot be run on these blobs
   * @throws EngineFaultException when the engine fails, which tells nothing of the blobs
   */
  Map<String, Tensor> run(Map<String, Tensor> blobs) throws PredictionException;

  /**
   * Runs a part that ends with the network, and answers as the network does.
   *
   * @throws IllegalStateException when layers follow behind the part
   */
  Prediction predict(Map<String, Tensor> blobs) throws PredictionException;

  @Override
  void close();
}
