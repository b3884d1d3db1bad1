package org.quantsweep.inference;

import java.io.Serializable;
import org.quantsweep.coreml.CoreMLModel;

/** Opens models. Travels to executors, so it is a value. */
public interface InferenceEngine extends Serializable {
  /**
   * Opens a model.
   *
   * @throws org.quantsweep.BadInputException listing every layer that cannot run, with its type
   */
  Predictor open(CoreMLModel model);

  /** Name and version, for digests and provenance, for example {@code onnxruntime 1.28.0}. */
  String identity();
}
