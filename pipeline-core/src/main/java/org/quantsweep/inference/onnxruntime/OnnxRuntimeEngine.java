package org.quantsweep.inference.onnxruntime;

import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.inference.InferenceEngine;
import org.quantsweep.inference.Predictor;
import org.quantsweep.inference.onnx.OnnxLowering;

/** Opens models on ONNX Runtime, one thread to a run. */
public record OnnxRuntimeEngine() implements InferenceEngine {
  /** The version that the build pins. */
  private static final String RUNTIME = "onnxruntime 1.28.0";

  @Override
  public Predictor open(CoreMLModel model) {
    return new OnnxRuntimePredictor(model);
  }

  @Override
  public String identity() {
    return RUNTIME + ", lowering " + OnnxLowering.VERSION;
  }
}
