package org.quantsweep.inference.run;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.inference.Prediction;
import org.quantsweep.inference.PredictionException;
import org.quantsweep.inference.Predictor;
import org.quantsweep.inference.onnx.ModelLowering;
import org.quantsweep.sample.InputDescription;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;

/** A model with a session for each of the last few shapes of its inputs. */
final class ModelPredictor implements Predictor {
  private final CoreMLModel model;
  private final GraphSessions sessions;
  private final NetworkAnswers answers;

  /** Opens the session of the preferred shapes, so that what cannot run is said at once. */
  ModelPredictor(CoreMLModel model, GraphEngine engine) {
    this.model = model;
    ModelLowering lowering = ModelLowerings.of(model);
    this.sessions =
        new GraphSessions(
            model.name(),
            shapes -> lowering.lower(shapes, List.of()),
            engine,
            GraphEngine.Memory.KEPT);
    Optional<Map<String, Shape>> preferred = FeatureShapes.preferred(model.inputs());
    if (preferred.isPresent() || !model.kind().isNeuralNetwork()) {
      sessions.open(preferred.orElse(Map.of()));
    } else {
      lowering.requireKnownLayers();
    }
    this.answers = new NetworkAnswers(model, lowering);
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
