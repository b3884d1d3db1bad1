package org.quantsweep.inference.run;

import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.inference.MagnitudeProbe;
import org.quantsweep.inference.PredictionException;
import org.quantsweep.inference.onnx.LoweredModel;
import org.quantsweep.inference.onnx.ModelLowering;
import org.quantsweep.tensor.Tensor;

/** A model whose graph answers the largest magnitudes too. */
final class GraphMagnitudeProbe implements MagnitudeProbe {
  private final CoreMLModel model;
  private final ModelLowering lowering;
  private final GraphSessions sessions;

  GraphMagnitudeProbe(CoreMLModel model, ModelLowering lowering, GraphEngine engine) {
    this.model = model;
    this.lowering = lowering;
    this.sessions =
        new GraphSessions(model.name(), lowering::lowerWatched, engine, GraphEngine.Use.WHOLE);
  }

  @Override
  public SortedMap<String, Float> largest(List<Map<String, Tensor>> calls)
      throws PredictionException {
    SortedMap<String, Float> largest = new TreeMap<>();
    for (Map<String, Tensor> answers :
        sessions.runCalls(
            calls, lowering.states(), inputs -> FeatureShapes.of(model.inputs(), inputs))) {
      answers.forEach(
          (answer, numbers) -> {
            if (answer.startsWith(LoweredModel.LARGEST)) {
              largest.merge(
                  answer.substring(LoweredModel.LARGEST.length()), numbers.get(0), Math::max);
            }
          });
    }
    return largest;
  }

  @Override
  public void close() {
    sessions.close();
  }
}
