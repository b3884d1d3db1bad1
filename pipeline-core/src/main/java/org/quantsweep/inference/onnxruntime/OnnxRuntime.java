package org.quantsweep.inference.onnxruntime;

import ai.onnxruntime.OrtException;
import java.time.Duration;
import org.quantsweep.inference.onnx.LoweredModel;
import org.quantsweep.inference.run.GraphEngine;
import org.quantsweep.inference.run.GraphEngineException;
import org.quantsweep.inference.run.OpenGraph;

/**
 * Runs graphs on ONNX Runtime, one thread to a run. All of its kind are equal: how long a run may
 * take changes no answer.
 */
public final class OnnxRuntime implements GraphEngine {
  private static final long serialVersionUID = 2;

  private final Duration limit;

  /** Of all graphs of this engine that share memory, on this machine. */
  private transient InputMemory shared;

  /**
   * An engine.
   *
   * @param limit how long a run may take, more than 0
   */
  public OnnxRuntime(Duration limit) {
    this.limit = limit;
  }

  @Override
  public OpenGraph open(LoweredModel graph, Use use) throws GraphEngineException {
    try {
      InputMemory memory = use == Use.PART ? shared() : new InputMemory();
      return new OnnxRuntimeGraph(graph, memory, use, limit);
    } catch (OrtException e) {
      throw OnnxRuntimeFailures.of(e);
    } catch (OutOfMemoryError e) {
      throw OnnxRuntimeFailures.of(e);
    }
  }

  private synchronized InputMemory shared() {
    if (shared == null) {
      shared = new InputMemory();
    }
    return shared;
  }

  @Override
  public String identity() {
    return "onnxruntime " + EngineVersion.PINNED;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof OnnxRuntime;
  }

  @Override
  public int hashCode() {
    return OnnxRuntime.class.getName().hashCode();
  }
}
