package org.quantsweep.testing;

import java.util.Map;
import org.quantsweep.inference.onnx.LoweredModel;
import org.quantsweep.inference.run.GraphEngine;
import org.quantsweep.inference.run.GraphEngineException;
import org.quantsweep.inference.run.OpenGraph;
import org.quantsweep.tensor.Tensor;

/** An engine whose runs all fail, and by no fault of the graph. It may travel. */
public record FailingEngine() implements GraphEngine {
  @Override
  public OpenGraph open(LoweredModel graph, Use use) {
    return new OpenGraph() {
      @Override
      public Map<String, Tensor> run(Map<String, Tensor> inputs) throws GraphEngineException {
        throw new GraphEngineException(GraphEngineException.Fault.ENGINE, "made to fail", null);
      }

      @Override
      public void close() {}
    };
  }

  @Override
  public String identity() {
    return "failing 1";
  }
}
