package org.quantsweep.inference.run;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.coreml.ModelKind;
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
  private final Map<String, Shape> states;

  /** Opens the session of the preferred shapes, so that what cannot run is said at once. */
  ModelPredictor(CoreMLModel model, ModelLowering lowering, GraphEngine engine) {
    this.model = model;
    this.sessions =
        new GraphSessions(
            model.name(),
            shapes -> lowering.lower(shapes, List.of()),
            engine,
            GraphEngine.Memory.KEPT);
    Optional<Map<String, Shape>> preferred = FeatureShapes.preferred(model.inputs());
    this.states = lowering.states();
    boolean isProgram = model.kind() == ModelKind.ML_PROGRAM;
    if (preferred.isPresent() || !(model.kind().isNeuralNetwork() || isProgram)) {
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
  public List<Prediction> predictCalls(List<Map<String, Tensor>> calls) throws PredictionException {
    List<Prediction> predictions = new ArrayList<>();
    for (Map<String, Tensor> answered :
        sessions.runCalls(calls, states, inputs -> FeatureShapes.of(model.inputs(), inputs))) {
      predictions.add(answers.prediction(answered));
    }
    return predictions;
  }

  @Override
  public void close() {
    sessions.close();
  }
}
