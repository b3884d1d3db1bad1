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
  private final Optional<String> refusal;

  /**
   * Opens the session of the preferred shapes, so that what cannot run is said at once; where these
   * do not fit, that of other shapes that the model allows.
   */
  ModelPredictor(CoreMLModel model, ModelLowering lowering, GraphEngine engine) {
    this.model = model;
    this.sessions =
        new GraphSessions(
            model.name(),
            shapes -> lowering.lower(shapes, List.of()),
            engine,
            GraphEngine.Use.WHOLE);
    this.states = lowering.states();
    this.refusal = opened(lowering);
    this.answers = new NetworkAnswers(model, lowering);
  }

  /** Why the preferred shapes do not run where others do; empty where they do. */
  private Optional<String> opened(ModelLowering lowering) {
    List<Map<String, Shape>> tried = FeatureShapes.tried(model.inputs());
    boolean isRunnable = model.kind().isNeuralNetwork() || model.kind() == ModelKind.ML_PROGRAM;
    if (tried.isEmpty() && isRunnable) {
      lowering.requireKnownLayers();
      return Optional.empty();
    }
    return sessions.openAny(tried.isEmpty() ? List.of(Map.of()) : tried);
  }

  @Override
  public List<InputDescription> inputs() {
    return model.inputs();
  }

  @Override
  public Optional<String> preferredRefusal() {
    return refusal;
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
