package org.quantsweep.inference.run;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.inference.InferenceEngine;
import org.quantsweep.inference.MagnitudeProbe;
import org.quantsweep.inference.PredictionException;
import org.quantsweep.tensor.Tensor;

/** The probes of a pipeline's stages, each fed with what the stages before it answer. */
final class PipelineMagnitudeProbe implements MagnitudeProbe {
  private final PipelinePredictor pipeline;
  private final List<MagnitudeProbe> stages = new ArrayList<>();

  PipelineMagnitudeProbe(CoreMLModel model, InferenceEngine engine) {
    pipeline = PipelinePredictor.open(model, engine);
    model.stages().forEach(stage -> stages.add(engine.openProbe(stage)));
  }

  /** Names begin with the stage: {@code stage[0]/...}. */
  @Override
  public SortedMap<String, Float> largest(List<Map<String, Tensor>> calls)
      throws PredictionException {
    SortedMap<String, Float> largest = new TreeMap<>();
    pipeline.predictCalls(
        calls,
        (stage, fed) ->
            stages
                .get(stage)
                .largest(fed)
                .forEach((name, value) -> largest.put("stage[" + stage + "]/" + name, value)));
    return largest;
  }

  @Override
  public void close() {
    stages.forEach(MagnitudeProbe::close);
    pipeline.close();
  }
}
