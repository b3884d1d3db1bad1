package org.quantsweep.inference.run;

import java.io.Serializable;
import org.quantsweep.inference.onnx.LoweredModel;

/** The port of an engine that runs ONNX graphs. Travels to executors, so it is a value. */
public interface GraphEngine extends Serializable {
  /** What becomes of native memory between the runs of a graph. */
  enum Memory {
    /** It is kept for the next run: for whole networks. */
    KEPT,
    /**
     * It is given back, and memory for inputs is shared with the engine's other graphs: many may be
     * open at once, and hold little more than their weights.
     */
    SHARED
  }

  /**
   * Opens a graph.
   *
   * @throws GraphEngineException when the engine refuses it, or fails itself
   */
  OpenGraph open(LoweredModel graph, Memory memory) throws GraphEngineException;

  /** Name and version, for example {@code onnxruntime 1.28.0}; needs no native library. */
  String identity();
}
