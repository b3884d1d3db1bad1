package org.quantsweep.inference.run;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.inference.InferenceEngine;
import org.quantsweep.inference.PredictionException;
import org.quantsweep.inference.Predictor;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;

/** What shows whether a model can be opened and run without harm. */
public final class FirstRun {
  private FirstRun() {}

  /**
   * Opens a model and runs it once, on zeros of the shapes that it prefers. A model that prefers
   * none is opened only.
   *
   * @throws PredictionException when it cannot be run on these
   * @throws org.quantsweep.BadInputException when it cannot run
   */
  public static void of(CoreMLModel model, InferenceEngine engine) throws PredictionException {
    Optional<Map<String, Shape>> preferred = FeatureShapes.preferred(model.inputs());
    try (Predictor predictor = engine.open(model)) {
      if (preferred.isEmpty()) {
        return;
      }
      Map<String, Tensor> zeros = new TreeMap<>();
      preferred
          .get()
          .forEach(
              (name, shape) ->
                  zeros.put(
                      name, Tensor.wrap(shape, new float[Math.toIntExact(shape.elementCount())])));
      predictor.predict(zeros);
    }
  }
}
