package org.quantsweep.inference.engine;

import java.time.Duration;
import java.util.List;
import org.quantsweep.inference.InferenceEngine;
import org.quantsweep.inference.onnx.FloatPrecision;
import org.quantsweep.inference.onnxruntime.OnnxRuntime;
import org.quantsweep.inference.run.FunctionsEngine;
import org.quantsweep.inference.run.LoweringEngine;

/** The engines that models can run on. */
public final class InferenceEngines {
  private InferenceEngines() {}

  /** ONNX Runtime on the CPU, one thread to a run. */
  public static InferenceEngine onnxRuntime() {
    return onnxRuntime(InferenceEngine.RUN_LIMIT);
  }

  /**
   * ONNX Runtime on the CPU, one thread to a run.
   *
   * @param runLimit a run that takes longer is ended, and is no answer
   */
  public static InferenceEngine onnxRuntime(Duration runLimit) {
    return onnxRuntime(runLimit, FloatPrecision.FLOAT32);
  }

  /**
   * As {@link #onnxRuntime(Duration)}.
   *
   * @param halfPrecision whether what an ML Program holds in half precision is rounded to it
   * @param functions that are opened as one; empty for all that a model has
   */
  public static InferenceEngine onnxRuntime(
      Duration runLimit, boolean halfPrecision, List<String> functions) {
    return new FunctionsEngine(
        onnxRuntime(runLimit, FloatPrecision.half(halfPrecision)), functions);
  }

  /**
   * As {@link #onnxRuntime(Duration)}.
   *
   * @param precision of what an ML Program holds in half precision
   */
  public static InferenceEngine onnxRuntime(Duration runLimit, FloatPrecision precision) {
    return new LoweringEngine(new OnnxRuntime(runLimit), precision);
  }
}
