package org.quantsweep.inference.engine;

import org.quantsweep.inference.InferenceEngine;
import org.quantsweep.inference.onnx.FloatPrecision;
import org.quantsweep.inference.onnxruntime.OnnxRuntime;
import org.quantsweep.inference.run.LoweringEngine;

/** The engines that models can run on. */
public final class InferenceEngines {
  private InferenceEngines() {}

  /** ONNX Runtime on the CPU, one thread to a run. */
  public static InferenceEngine onnxRuntime() {
    return onnxRuntime(FloatPrecision.FLOAT32);
  }

  /**
   * As {@link #onnxRuntime()}.
   *
   * @param precision of what an ML Program holds in half precision
   */
  public static InferenceEngine onnxRuntime(FloatPrecision precision) {
    return new LoweringEngine(new OnnxRuntime(), precision);
  }
}
