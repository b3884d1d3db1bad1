package org.quantsweep.inference.onnx;

import java.util.Map;
import java.util.function.Supplier;
import org.quantsweep.tensor.Tensor;

/**
 * What follows where a graph had to end because the rest depends on its answers: shapes that only a
 * run tells, loops that only a run ends, steps that no operator makes.
 */
public interface NextStage {
  /**
   * The graph that runs next.
   *
   * @param known what this graph answered, by name
   * @throws UnsupportedLayerException when the rest cannot run on it
   */
  Stage after(Map<String, Tensor> known);

  /**
   * A graph to run next.
   *
   * @param key equal for equal graphs: one that is open may be run again
   * @param inputs what it is fed with, by name
   * @param lowering makes it
   */
  record Stage(Object key, Map<String, Tensor> inputs, Supplier<LoweredModel> lowering) {
    /** Copies the map. */
    public Stage {
      inputs = Map.copyOf(inputs);
    }
  }
}
