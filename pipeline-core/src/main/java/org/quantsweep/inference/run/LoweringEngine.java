package org.quantsweep.inference.run;

import java.util.Map;
import java.util.SortedSet;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.inference.InferenceEngine;
import org.quantsweep.inference.NetworkPart;
import org.quantsweep.inference.Predictor;
import org.quantsweep.inference.TappedPredictor;
import org.quantsweep.tensor.Tensor;

/** Lowers models to ONNX graphs and runs these on an engine. Equal where the engines are. */
public record LoweringEngine(GraphEngine graphs) implements InferenceEngine {
  @Override
  public Predictor open(CoreMLModel model) {
    return new ModelPredictor(model, graphs);
  }

  @Override
  public TappedPredictor openTapped(CoreMLModel model, SortedSet<Integer> boundaries) {
    return new GraphTappedPredictor(model, boundaries, graphs);
  }

  @Override
  public NetworkPart openPart(CoreMLModel model, int from, int to, Map<String, Tensor> values) {
    return new GraphNetworkPart(model, from, to, values, graphs);
  }

  @Override
  public String identity() {
    return graphs.identity() + ", lowering " + ModelLowerings.VERSION;
  }
}
