package org.quantsweep.inference.run;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.quantsweep.BadInputException;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.coreml.ModelKind;
import org.quantsweep.coreml.OutputDescription;
import org.quantsweep.inference.InferenceEngine;
import org.quantsweep.inference.OutputValue;
import org.quantsweep.inference.Prediction;
import org.quantsweep.inference.PredictionException;
import org.quantsweep.inference.Predictor;
import org.quantsweep.sample.InputDescription;
import org.quantsweep.tensor.Tensor;

/** Models that run one after the other: each takes what is known by the names of its inputs. */
final class PipelinePredictor implements Predictor {
  private final CoreMLModel model;
  private final List<Predictor> stages;

  private PipelinePredictor(CoreMLModel model, List<Predictor> stages) {
    this.model = model;
    this.stages = List.copyOf(stages);
  }

  /**
   * Opens every stage.
   *
   * @throws BadInputException listing every stage of a kind that does not run
   */
  static PipelinePredictor open(CoreMLModel model, InferenceEngine engine) {
    List<String> problems = new ArrayList<>();
    for (CoreMLModel stage : model.stages()) {
      ModelKind kind = stage.kind();
      if (!kind.isNeuralNetwork()
          && !kind.isPipeline()
          && kind != ModelKind.ML_PROGRAM
          && ModelLowerings.detectionFilter(stage).isEmpty()) {
        problems.add("'" + stage.name() + "' (" + stage.kindInWords() + ")");
      }
    }
    if (!problems.isEmpty()) {
      throw new BadInputException(
          model.name()
              + ": "
              + problems.size()
              + (problems.size() == 1 ? " stage" : " stages")
              + " of the pipeline cannot run here: "
              + String.join(", ", problems)
              + ". Neural networks, ML Programs and non-maximum suppression can.\n"
              + "Maybe take the neural network out of its pipeline.");
    }
    List<Predictor> opened = new ArrayList<>();
    try {
      for (CoreMLModel stage : model.stages()) {
        opened.add(engine.open(stage));
      }
    } catch (RuntimeException e) {
      opened.forEach(Predictor::close);
      throw e;
    }
    return new PipelinePredictor(model, opened);
  }

  @Override
  public List<InputDescription> inputs() {
    return model.inputs();
  }

  @Override
  public Optional<String> preferredRefusal() {
    return stages.stream().flatMap(stage -> stage.preferredRefusal().stream()).findFirst();
  }

  /** Looks at what a stage is about to be fed with. */
  interface StageListener {
    void before(int stage, List<Map<String, Tensor>> calls) throws PredictionException;
  }

  /** Every stage runs all calls before the next one does, so that it keeps its own state. */
  @Override
  public List<Prediction> predictCalls(List<Map<String, Tensor>> calls) throws PredictionException {
    return predictCalls(calls, (stage, fed) -> {});
  }

  /** The same, with somebody who looks at what the stages are fed with. */
  List<Prediction> predictCalls(List<Map<String, Tensor>> calls, StageListener listener)
      throws PredictionException {
    List<Map<String, Tensor>> known = new ArrayList<>();
    List<Map<String, OutputValue>> answered = new ArrayList<>();
    for (Map<String, Tensor> call : calls) {
      FeatureShapes.of(model.inputs(), call);
      known.add(new HashMap<>(call));
      answered.add(new TreeMap<>());
    }
    for (int stage = 0; stage < stages.size(); stage++) {
      listener.before(stage, List.copyOf(known));
      List<Prediction> made = stages.get(stage).predictCalls(List.copyOf(known));
      for (int i = 0; i < made.size(); i++) {
        for (Map.Entry<String, OutputValue> output : made.get(i).outputs().entrySet()) {
          answered.get(i).put(output.getKey(), output.getValue());
          Tensor numbers = numbers(output.getValue());
          if (numbers != null) {
            known.get(i).put(output.getKey(), numbers);
          }
        }
      }
    }
    List<Prediction> predictions = new ArrayList<>();
    for (Map<String, OutputValue> all : answered) {
      TreeMap<String, OutputValue> outputs = new TreeMap<>();
      for (OutputDescription output : model.outputs()) {
        OutputValue value = all.get(output.name());
        if (value == null) {
          throw new PredictionException("no stage answers output '" + output.name() + "'");
        }
        outputs.put(output.name(), value);
      }
      predictions.add(new Prediction(outputs));
    }
    return predictions;
  }

  /** What a later stage may be fed with; null for a label. */
  private static Tensor numbers(OutputValue value) {
    if (value instanceof OutputValue.Array array) {
      return array.values();
    }
    if (value instanceof OutputValue.Picture picture) {
      return picture.values();
    }
    return value instanceof OutputValue.Probabilities probabilities ? probabilities.values() : null;
  }

  @Override
  public void close() {
    stages.forEach(Predictor::close);
  }
}
