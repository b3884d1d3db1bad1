package org.quantsweep.inference.onnxruntime;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.HashMap;
import java.util.Map;
import org.quantsweep.BadInputException;
import org.quantsweep.inference.onnx.LoweredModel;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;

/** One open graph. Runs may overlap; closing waits for the last of them. */
final class OnnxSession {
  private final LoweredModel lowered;
  private final OrtEnvironment environment;
  private final OrtSession session;
  private int running;
  private boolean closing;

  OnnxSession(String model, LoweredModel lowered) {
    this.lowered = lowered;
    this.environment = OrtEnvironment.getEnvironment();
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      // Spark gives a task one core, and a run's sums must not depend on how many threads there
      // are.
      options.setIntraOpNumThreads(1);
      options.setInterOpNumThreads(1);
      options.setExecutionMode(OrtSession.SessionOptions.ExecutionMode.SEQUENTIAL);
      options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.ALL_OPT);
      session = environment.createSession(lowered.graph().sharedBytes(), options);
    } catch (OrtException e) {
      throw new BadInputException(
          model
              + ": the engine cannot open the lowered network ("
              + e.getMessage()
              + ").\nMaybe its layers do not fit each other; look at quantsweep inspect.",
          e);
    }
  }

  /** The answered blobs by name. Called between {@link #begin} and {@link #end}. */
  Map<String, Tensor> run(Map<String, Tensor> inputs) throws OrtException {
    Map<String, OnnxTensor> fed = new HashMap<>();
    try {
      for (Map.Entry<String, Shape> input : lowered.inputs().entrySet()) {
        float[] values = inputs.get(input.getKey()).sharedArray();
        FloatBuffer buffer =
            ByteBuffer.allocateDirect(4 * values.length)
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer();
        buffer.put(values).rewind();
        int[] lengths = input.getValue().lengths();
        long[] shape = new long[lengths.length];
        for (int axis = 0; axis < lengths.length; axis++) {
          shape[axis] = lengths[axis];
        }
        fed.put(
            LoweredModel.graphInput(input.getKey()),
            OnnxTensor.createTensor(environment, buffer, shape));
      }
      Map<String, Tensor> blobs = new HashMap<>();
      try (OrtSession.Result result = session.run(fed)) {
        for (String output : lowered.outputs()) {
          FloatBuffer answer = ((OnnxTensor) result.get(output).orElseThrow()).getFloatBuffer();
          float[] values = new float[answer.remaining()];
          answer.get(values);
          blobs.put(output, Tensor.wrap(lowered.shapes().get(output), values));
        }
      }
      return blobs;
    } finally {
      fed.values().forEach(OnnxTensor::close);
    }
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
    try {
      session.close();
    } catch (OrtException e) {
      throw new IllegalStateException("a session could not be closed.", e);
    }
  }
}
