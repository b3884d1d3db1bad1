package org.quantsweep.inference.onnxruntime;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import java.nio.FloatBuffer;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.quantsweep.inference.onnx.LoweredModel;
import org.quantsweep.inference.run.GraphEngine;
import org.quantsweep.inference.run.GraphEngineException;
import org.quantsweep.inference.run.OpenGraph;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;

/** One session of the engine. */
final class OnnxRuntimeGraph implements OpenGraph {
  private final Map<String, Shape> inputs;
  private final List<String> outputs;
  private final Map<String, Shape> shapes;
  private final OrtEnvironment environment;
  private final OrtSession session;
  private final InputMemory memory;
  private final Duration limit;

  OnnxRuntimeGraph(LoweredModel lowered, InputMemory memory, GraphEngine.Use use, Duration limit)
      throws OrtException {
    // Not its file: the session has weights of its own.
    this.inputs = lowered.inputs();
    this.outputs = lowered.outputs();
    this.shapes = lowered.shapes();
    this.limit = limit;
    this.memory = memory;
    this.environment = EngineEnvironment.get();
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      // Spark gives a task one core, and a run's sums must not depend on how many threads there
      // are.
      options.setIntraOpNumThreads(1);
      options.setInterOpNumThreads(1);
      options.setCPUArenaAllocator(use != GraphEngine.Use.PART);
      options.setExecutionMode(OrtSession.SessionOptions.ExecutionMode.SEQUENTIAL);
      options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.ALL_OPT);
      if (use == GraphEngine.Use.TAPPED) {
        // With channels in blocks, or before a ReLU, a residual sum is added within a convolution,
        // in another order, but only where nobody looks in between. Before a ReLU the engine may
        // even lose a value that is looked at.
        options.addConfigEntry(
            "optimization.disable_specified_optimizers",
            "NchwcTransformer;ConvAddActivationFusion");
      }
      // Its warnings tell how it simplifies a graph, which is nobody's concern.
      options.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR);
      session = environment.createSession(lowered.graph().sharedBytes(), options);
    }
    memory.enter(inputs);
  }

  @Override
  public Map<String, Tensor> run(Map<String, Tensor> values) throws GraphEngineException {
    try {
      return answers(values);
    } catch (OrtException e) {
      throw OnnxRuntimeFailures.of(e);
    } catch (OutOfMemoryError e) {
      throw OnnxRuntimeFailures.of(e);
    }
  }

  private Map<String, Tensor> answers(Map<String, Tensor> values)
      throws OrtException, GraphEngineException {
    FedInputs fed = memory.take(environment, inputs);
    try (RunDeadline deadline = new RunDeadline(limit)) {
      fed.fill(values);
      Map<String, Tensor> blobs = new HashMap<>();
      try (OrtSession.Result result = run(fed, deadline)) {
        for (String output : outputs) {
          FloatBuffer answer = ((OnnxTensor) result.get(output).orElseThrow()).getFloatBuffer();
          blobs.put(output, Tensor.wrap(shapes.get(output), values(answer)));
        }
      }
      return blobs;
    } finally {
      memory.give(inputs, fed);
    }
  }

  private OrtSession.Result run(FedInputs fed, RunDeadline deadline)
      throws OrtException, GraphEngineException {
    try {
      return session.run(fed.tensors(), deadline.options());
    } catch (OrtException e) {
      if (deadline.hasPassed()) {
        throw new GraphEngineException(
            GraphEngineException.Fault.OVERDUE,
            "a run was ended after " + limit.toMillis() / 1000.0 + " s",
            e);
      }
      throw e;
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

  @Override
  public void close() {
    memory.leave(inputs);
    try {
      session.close();
    } catch (OrtException e) {
      throw new IllegalStateException("a session could not be closed.", e);
    }
  }
}
