package org.quantsweep.inference.onnxruntime;

import ai.onnxruntime.OrtException;
import org.quantsweep.inference.onnx.LoweredModel;
import org.quantsweep.inference.run.GraphEngine;
import org.quantsweep.inference.run.GraphEngineException;
import org.quantsweep.inference.run.OpenGraph;

/** Runs graphs on ONNX Runtime, one thread to a run. All of its kind are equal. */
public final class OnnxRuntime implements GraphEngine {
  private static final long serialVersionUID = 1;

  /** Of all graphs of this engine that share memory, on this machine. */
  private transient InputMemory shared;

  @Override
  public OpenGraph open(LoweredModel graph, Memory memory) throws GraphEngineException {
    try {
      return memory == Memory.KEPT
          ? OnnxRuntimeGraph.withArena(graph, new InputMemory())
          : OnnxRuntimeGraph.withoutArena(graph, shared());
    } catch (OrtException e) {
      throw new GraphEngineException(e.getMessage(), e);
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
