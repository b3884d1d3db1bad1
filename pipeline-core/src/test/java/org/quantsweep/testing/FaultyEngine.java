package org.quantsweep.testing;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import org.quantsweep.inference.onnx.LoweredModel;
import org.quantsweep.inference.onnxruntime.OnnxRuntime;
import org.quantsweep.inference.run.GraphEngine;
import org.quantsweep.inference.run.GraphEngineException;
import org.quantsweep.inference.run.GraphEngineException.Fault;
import org.quantsweep.inference.run.OpenGraph;
import org.quantsweep.tensor.Tensor;

/** The engine with faults at wanted places. */
public final class FaultyEngine implements GraphEngine {
  private static final long serialVersionUID = 1L;

  private final transient GraphEngine engine = new OnnxRuntime(java.time.Duration.ofMinutes(1));
  private final transient Deque<Fault> opening = new ArrayDeque<>();
  private final transient Deque<Fault> running = new ArrayDeque<>();
  private long runs;
  private long healthy = Long.MAX_VALUE;

  /** The next times that a graph is opened. */
  public FaultyEngine whenOpened(Fault... faults) {
    opening.addAll(List.of(faults));
    return this;
  }

  /** The next runs. */
  public FaultyEngine whenRun(Fault... faults) {
    running.addAll(List.of(faults));
    return this;
  }

  /** Every run after so many more is a fault of the engine's. */
  public synchronized FaultyEngine after(long more) {
    healthy = more == Long.MAX_VALUE ? more : runs + more;
    return this;
  }

  /** How many runs were asked for. */
  public synchronized long runs() {
    return runs;
  }

  @Override
  public OpenGraph open(LoweredModel graph, Use use) throws GraphEngineException {
    fail(opening);
    OpenGraph open = engine.open(graph, use);
    return new OpenGraph() {
      @Override
      public Map<String, Tensor> run(Map<String, Tensor> inputs) throws GraphEngineException {
        count();
        fail(running);
        return open.run(inputs);
      }

      @Override
      public void close() {
        open.close();
      }
    };
  }

  private synchronized void count() throws GraphEngineException {
    runs++;
    if (runs > healthy) {
      throw new GraphEngineException(Fault.ENGINE, "std::bad_alloc", null);
    }
  }

  private synchronized void fail(Deque<Fault> faults) throws GraphEngineException {
    Fault fault = faults.poll();
    if (fault != null) {
      throw new GraphEngineException(fault, "made to fail", null);
    }
  }

  @Override
  public String identity() {
    return engine.identity();
  }
}
