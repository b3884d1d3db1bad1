package org.quantsweep.inference.onnxruntime;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import java.nio.FloatBuffer;
import java.util.HashMap;
import java.util.Map;
import org.quantsweep.BadInputException;
import org.quantsweep.inference.onnx.LoweredModel;
import org.quantsweep.tensor.Tensor;

/** One open graph. Runs may overlap; closing waits for the last of them. */
final class OnnxSession {
  private final LoweredModel lowered;
  private final OrtEnvironment environment;
  private final OrtSession session;

  private final InputMemory memory;

  private int running;
  private boolean closing;

  /**
   * Opens a graph.
   *
   * @param memory for its inputs
   * @param keeps whether the memory of a run is kept for the next one; else many sessions may be
   *     open at once, and hold little more than their weights
   */
  OnnxSession(String model, LoweredModel lowered, InputMemory memory, boolean keeps) {
    this.lowered = lowered;
    this.memory = memory;
    this.environment = EngineEnvironment.get();
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      // Spark gives a task one core, and a run's sums must not depend on how many threads there
      // are.
      options.setIntraOpNumThreads(1);
      options.setInterOpNumThreads(1);
      options.setCPUArenaAllocator(keeps);
      options.setExecutionMode(OrtSession.SessionOptions.ExecutionMode.SEQUENTIAL);
      options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.ALL_OPT);
      // Its warnings tell how it simplifies a graph, which is nobody's concern.
      options.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR);
      session = environment.createSession(lowered.graph().sharedBytes(), options);
    } catch (OrtException e) {
      throw new BadInputException(
          model
              + ": the engine cannot open the lowered network ("
              + e.getMessage()
              + ").\nMaybe its layers do not fit each other; look at quantsweep inspect.",
          e);
    }
    memory.enter(lowered.inputs());
  }

  /** The answered blobs by name. Called between {@link #begin} and {@link #end}. */
  Map<String, Tensor> run(Map<String, Tensor> inputs) throws OrtException {
    FedInputs fed = memory.take(environment, lowered.inputs());
    try {
      fed.fill(inputs);
      Map<String, Tensor> blobs = new HashMap<>();
      try (OrtSession.Result result = session.run(fed.tensors())) {
        for (String output : lowered.outputs()) {
          FloatBuffer answer = ((OnnxTensor) result.get(output).orElseThrow()).getFloatBuffer();
          blobs.put(output, Tensor.wrap(lowered.shapes().get(output), values(answer)));
        }
      }
      return blobs;
    } finally {
      memory.give(lowered.inputs(), fed);
    }
  }

  /** The engine hands out a copy on the heap: it is taken as it is when it is nothing more. */
  private static float[] values(FloatBuffer answer) {
    if (answer.hasArray() && answer.array().length == answer.remaining()) {
      return answer.array();
    }
    float[] values = new float[answer.remaining()];
    answer.get(values);
    return values;
  }

  /** Releases native memory, now or when the last run ends. */
  void close() {
    synchronized (this) {
      closing = true;
      if (running > 0) {
        return;
      }
    }
    release();
  }

  /** Before a run: the session stays open until as many have ended. */
  synchronized void begin() {
    running++;
  }

  /** After a run. */
  void end() {
    boolean last;
    synchronized (this) {
      running--;
      last = closing && running == 0;
    }
    if (last) {
      release();
    }
  }

  private void release() {
    memory.leave(lowered.inputs());
    try {
      session.close();
    } catch (OrtException e) {
      throw new IllegalStateException("a session could not be closed.", e);
    }
  }
}
