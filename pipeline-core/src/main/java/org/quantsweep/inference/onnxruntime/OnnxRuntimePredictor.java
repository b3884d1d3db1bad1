package org.quantsweep.inference.onnxruntime;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.inference.Prediction;
import org.quantsweep.inference.PredictionException;
import org.quantsweep.inference.Predictor;
import org.quantsweep.inference.onnx.OnnxLowering;
import org.quantsweep.sample.InputDescription;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;

/** A model with a session for each of the last few shapes of its inputs. */
final class OnnxRuntimePredictor implements Predictor {
  private final CoreMLModel model;
  private final OnnxSessions sessions;
  private final NetworkAnswers answers;

  /** Opens the session of the preferred shapes, so that what cannot run is said at once. */
  OnnxRuntimePredictor(CoreMLModel model) {
    this.model = model;
    this.sessions =
        OnnxSessions.keeping(model.name(), shapes -> OnnxLowering.lower(model, shapes, List.of()));
    Optional<Map<String, Shape>> preferred = FeatureShapes.preferred(model.inputs());
    if (preferred.isPresent() || !model.kind().isNeuralNetwork()) {
      sessions.open(preferred.orElse(Map.of()));
    } else {
      OnnxLowering.requireKnownLayers(model);
    }
    this.answers = new NetworkAnswers(model);
  }

  @Override
  public List<InputDescription> inputs() {
    return model.inputs();
  }

  @Override
  public Prediction predict(Map<String, Tensor> inputs) throws PredictionException {
    return answers.prediction(sessions.run(FeatureShapes.of(model.inputs(), inputs), inputs));
  }

  @Override
  public void close() {
    sessions.close();
  }
}
