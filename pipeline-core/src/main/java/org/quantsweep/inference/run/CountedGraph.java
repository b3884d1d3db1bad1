package org.quantsweep.inference.run;

import java.util.Map;
import org.quantsweep.tensor.Tensor;

/** An open graph whose runs may overlap; closing waits for the last of them. */
final class CountedGraph {
  private final OpenGraph graph;
  private int running;
  private boolean closing;

  CountedGraph(OpenGraph graph) {
    this.graph = graph;
  }

  /** The answered blobs by name. Called between {@link #begin} and {@link #end}. */
  Map<String, Tensor> run(Map<String, Tensor> inputs) throws GraphEngineException {
    return graph.run(inputs);
  }

  /** Releases native memory, now or when the last run ends. */
  void close() {
    synchronized (this) {
      closing = true;
      if (running > 0) {
        return;
      }
    }
    graph.close();
  }

  /** Before a run: the graph stays open until as many have ended. */
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
      graph.close();
    }
  }
}
