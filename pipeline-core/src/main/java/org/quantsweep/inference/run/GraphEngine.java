package org.quantsweep.inference.run;

import java.io.Serializable;
import org.quantsweep.inference.onnx.LoweredModel;

/** The port of an engine that runs ONNX graphs. Travels to executors, so it is a value. */
public interface GraphEngine extends Serializable {
  /** What a graph is opened for. */
  enum Use {
    /** A whole network, run by run: native memory is kept for the next one. */
    WHOLE,
    /**
     * A whole network that is looked into: no bit of a blob depends on which other blobs are looked
     * at.
     */
    TAPPED,
    /**
     * A part of a network: memory is given back between runs, and that of inputs is shared with the
     * engine's other graphs, so that many may be open at once, and hold little more than their
     * weights.
     */
    PART
  }

  /**
   * Opens a graph.
   *
   * @throws GraphEngineException when the engine refuses it, or fails itself
   */
  OpenGraph open(LoweredModel graph, Use use) throws GraphEngineException;

  /** Name and version, for example {@code onnxruntime 1.28.0}; needs no native library. */
  String identity();
}
