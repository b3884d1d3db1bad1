package org.quantsweep.inference.onnxruntime;

import java.util.Map;
import java.util.SortedSet;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.inference.InferenceEngine;
import org.quantsweep.inference.NetworkPart;
import org.quantsweep.inference.Predictor;
import org.quantsweep.inference.TappedPredictor;
import org.quantsweep.inference.onnx.OnnxLowering;
import org.quantsweep.tensor.Tensor;

/** Opens models on ONNX Runtime, one thread to a run. */
public final class OnnxRuntimeEngine implements InferenceEngine {
  private static final long serialVersionUID = 1;

  /** The version that the build pins. */
  private static final String RUNTIME = "onnxruntime 1.28.0";

  /** Of all parts that this engine opened, on this machine. */
  private transient InputMemory parts;

  @Override
  public Predictor open(CoreMLModel model) {
    return new OnnxRuntimePredictor(model);
  }

  @Override
  public TappedPredictor openTapped(CoreMLModel model, SortedSet<Integer> boundaries) {
    return new OnnxTappedPredictor(model, boundaries);
  }

  @Override
  public NetworkPart openPart(CoreMLModel model, int from, int to, Map<String, Tensor> values) {
    return new OnnxNetworkPart(model, from, to, values, parts());
  }

  private synchronized InputMemory parts() {
    if (parts == null) {
      parts = new InputMemory();
    }
    return parts;
  }

  @Override
  public String identity() {
    return RUNTIME + ", lowering " + OnnxLowering.VERSION;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof OnnxRuntimeEngine;
  }

  @Override
  public int hashCode() {
    return RUNTIME.hashCode();
  }
}
