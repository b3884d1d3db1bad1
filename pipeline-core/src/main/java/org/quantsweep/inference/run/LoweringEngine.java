package org.quantsweep.inference.run;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.coreml.DetectionFilter;
import org.quantsweep.coreml.ModelCuts;
import org.quantsweep.coreml.ModelKind;
import org.quantsweep.inference.InferenceEngine;
import org.quantsweep.inference.MagnitudeProbe;
import org.quantsweep.inference.NetworkPart;
import org.quantsweep.inference.Predictor;
import org.quantsweep.inference.TappedPredictor;
import org.quantsweep.inference.onnx.FloatPrecision;
import org.quantsweep.inference.onnx.ModelLowering;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;

/**
 * Lowers models to ONNX graphs and runs these on an engine. Equal where the engines are.
 *
 * @param precision of what an ML Program holds in half precision
 */
public record LoweringEngine(GraphEngine graphs, FloatPrecision precision)
    implements InferenceEngine {
  /** In single precision. */
  public LoweringEngine(GraphEngine graphs) {
    this(graphs, FloatPrecision.FLOAT32);
  }

  private ModelLowering lowering(CoreMLModel model) {
    return new ModelLowerings(graphs, precision).of(model);
  }

  @Override
  public Predictor open(CoreMLModel model) {
    if (model.kind().isPipeline()) {
      return PipelinePredictor.open(model, this);
    }
    Optional<DetectionFilter> filter = ModelLowerings.detectionFilter(model);
    return filter.isPresent()
        ? new DetectionPredictor(model, filter.get())
        : new ModelPredictor(model, lowering(model), graphs);
  }

  @Override
  public TappedPredictor openTapped(CoreMLModel model, SortedSet<Integer> boundaries) {
    return new GraphTappedPredictor(model, lowering(model), boundaries, graphs);
  }

  @Override
  public NetworkPart openPart(CoreMLModel model, int from, int to, Map<String, Tensor> values) {
    return new GraphNetworkPart(
        model, lowering(model), new GraphNetworkPart.Cut(from, to, values), graphs);
  }

  @Override
  public MagnitudeProbe openProbe(CoreMLModel model) {
    if (model.kind().isPipeline()) {
      return new PipelineMagnitudeProbe(model, this);
    }
    return model.kind() == ModelKind.ML_PROGRAM
        ? new GraphMagnitudeProbe(model, lowering(model), graphs)
        : MagnitudeProbe.NOTHING;
  }

  @Override
  public Map<String, Shape> shapes(CoreMLModel model) {
    List<Map<String, Shape>> tried = FeatureShapes.tried(model.inputs());
    if (model.kind().isPipeline() || tried.isEmpty()) {
      return Map.of();
    }
    Set<String> names = new LinkedHashSet<>();
    if (model.kind() == ModelKind.ML_PROGRAM) {
      // Its cuts know which values are arrays of the function that it is seen as.
      ModelCuts cuts = model.cuts();
      for (int boundary = 0; boundary <= cuts.end(); boundary++) {
        names.addAll(cuts.live(Set.of(), boundary));
      }
    } else {
      model.layers().forEach(layer -> names.addAll(layer.outputs()));
    }
    return lowering(model).lower(tried.get(0), names).shapes();
  }

  @Override
  public String identity() {
    return graphs.identity() + ", " + new ModelLowerings(graphs, precision).identity();
  }
}
