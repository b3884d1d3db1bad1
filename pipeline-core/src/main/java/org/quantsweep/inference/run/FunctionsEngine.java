package org.quantsweep.inference.run;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.inference.InferenceEngine;
import org.quantsweep.inference.MagnitudeProbe;
import org.quantsweep.inference.NetworkPart;
import org.quantsweep.inference.Predictor;
import org.quantsweep.inference.TappedPredictor;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;

/**
 * Opens several functions of a model as one: each sample is given to all of them, and all answer.
 * Taps and parts are of the function that a model is seen as.
 *
 * @param functions by name; empty for all that a model has
 */
public record FunctionsEngine(InferenceEngine engine, List<String> functions)
    implements InferenceEngine {
  /** Copies the list. */
  public FunctionsEngine {
    functions = List.copyOf(functions);
  }

  /**
   * Opens the functions.
   *
   * @throws org.quantsweep.UsageException when the model has no such function
   */
  @Override
  public Predictor open(CoreMLModel model) {
    List<CoreMLModel> seen = opened(model);
    if (seen.size() == 1) {
      return engine.open(seen.get(0));
    }
    List<Predictor> opened = new ArrayList<>();
    try {
      for (CoreMLModel one : seen) {
        opened.add(engine.open(one));
      }
      return new FunctionsPredictor(model.name(), opened);
    } catch (RuntimeException | Error e) {
      opened.forEach(Predictor::close);
      throw e;
    }
  }

  @Override
  public List<CoreMLModel> opened(CoreMLModel model) {
    if (!functions.isEmpty()) {
      return functions.stream().map(model::asFunction).toList();
    }
    List<CoreMLModel> all = new ArrayList<>(List.of(model));
    model.functions().stream()
        .filter(name -> !name.equals(model.function()))
        .forEach(name -> all.add(model.asFunction(name)));
    return all;
  }

  @Override
  public TappedPredictor openTapped(CoreMLModel model, SortedSet<Integer> boundaries) {
    return engine.openTapped(model, boundaries);
  }

  @Override
  public NetworkPart openPart(CoreMLModel model, int from, int to, Map<String, Tensor> values) {
    return engine.openPart(model, from, to, values);
  }

  @Override
  public MagnitudeProbe openProbe(CoreMLModel model) {
    return engine.openProbe(model);
  }

  @Override
  public Map<String, Shape> shapes(CoreMLModel model) {
    return engine.shapes(model);
  }

  @Override
  public InferenceEngine ofKnownModels() {
    return new FunctionsEngine(engine.ofKnownModels(), functions);
  }

  @Override
  public String identity() {
    return engine.identity()
        + (functions.isEmpty() ? "" : ", functions " + String.join(", ", functions));
  }
}
