package org.quantsweep.jobs.guard;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.inference.InferenceEngine;
import org.quantsweep.inference.MagnitudeProbe;
import org.quantsweep.inference.NetworkPart;
import org.quantsweep.inference.Predictor;
import org.quantsweep.inference.TappedPredictor;
import org.quantsweep.inference.engine.InferenceEngines;
import org.quantsweep.inference.onnx.FloatPrecision;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;

/**
 * An engine that opens a whole model here only once another process has opened it and run it. Parts
 * of a network and networks with taps are of models that were opened before.
 */
public record GuardedEngine(InferenceEngine engine, FirstRunGuard guard)
    implements InferenceEngine {
  /**
   * ONNX Runtime, and a guard that runs models as it does.
   *
   * @param runLimit a run that takes longer is ended, the guard's too; more than 0
   */
  public static GuardedEngine onnxRuntime(Duration runLimit, FloatPrecision precision) {
    return new GuardedEngine(
        InferenceEngines.onnxRuntime(runLimit, precision), new FirstRunGuard(runLimit, precision));
  }

  /**
   * As {@link #onnxRuntime(Duration, FloatPrecision)}.
   *
   * @param halfPrecision whether what an ML Program holds in half precision is rounded to it
   * @param functions that are opened as one; empty for all that a model has
   */
  public static GuardedEngine onnxRuntime(
      Duration runLimit, boolean halfPrecision, List<String> functions) {
    return new GuardedEngine(
        InferenceEngines.onnxRuntime(runLimit, halfPrecision, functions),
        new FirstRunGuard(runLimit, FloatPrecision.half(halfPrecision)));
  }

  /**
   * Opens a model.
   *
   * @throws org.quantsweep.BadInputException as the engine does; and when the other process crashed
   *     or did not come to an end
   */
  @Override
  public Predictor open(CoreMLModel model) {
    engine.opened(model).forEach(guard::requireHarmless);
    return engine.open(model);
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
  public List<CoreMLModel> opened(CoreMLModel model) {
    return engine.opened(model);
  }

  @Override
  public Map<String, Shape> shapes(CoreMLModel model) {
    return engine.shapes(model);
  }

  @Override
  public InferenceEngine ofKnownModels() {
    return engine.ofKnownModels();
  }

  @Override
  public String identity() {
    return engine.identity();
  }
}
