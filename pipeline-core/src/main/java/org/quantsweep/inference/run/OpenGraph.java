package org.quantsweep.inference.run;

import java.util.Map;
import org.quantsweep.tensor.Tensor;

/** A graph that is ready to run. Safe for several threads at once; holds native memory. */
public interface OpenGraph extends AutoCloseable {
  /**
   * Runs it.
   *
   * @param inputs by feature name; others than the graph's are left alone
   * @return the answered values by name
   * @throws GraphEngineException when it cannot be run on these inputs, or the engine fails itself
   */
  Map<String, Tensor> run(Map<String, Tensor> inputs) throws GraphEngineException;

  /** Releases native memory; no run is under way, and none follows. */
  @Override
  void close();
}
