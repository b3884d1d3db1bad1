package org.quantsweep.inference.run;

import java.util.Map;
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
   * Opens a model and runs it once, on zeros of the shapes that it prefers; where these do not run,
   * of others that it allows. A model that prefers none is opened only.
   *
   * @throws PredictionException when it cannot be run on these
   * @throws org.quantsweep.BadInputException when it cannot run
   */
  public static void of(CoreMLModel model, InferenceEngine engine) throws PredictionException {
    try (Predictor predictor = engine.open(model)) {
      PredictionException first = null;
      for (Map<String, Shape> shapes : FeatureShapes.tried(model.inputs())) {
        try {
          predictor.predict(zeros(shapes));
          return;
        } catch (PredictionException e) {
          first = first == null ? e : first;
        }
      }
      if (first != null) {
        throw first;
      }
    }
  }

  private static Map<String, Tensor> zeros(Map<String, Shape> shapes) {
    Map<String, Tensor> zeros = new TreeMap<>();
    shapes.forEach(
        (name, shape) ->
            zeros.put(name, Tensor.wrap(shape, new float[Math.toIntExact(shape.elementCount())])));
    return zeros;
  }
}
