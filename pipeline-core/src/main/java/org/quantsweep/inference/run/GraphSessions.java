package org.quantsweep.inference.run;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import org.quantsweep.BadInputException;
import org.quantsweep.inference.PredictionException;
import org.quantsweep.inference.onnx.LoweredModel;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;

/** Graphs of one network, or a part of it, opened for the last few shapes that it was fed with. */
final class GraphSessions {
  /** Open at once: each holds its own copy of the weights. */
  private static final int SESSIONS = 4;

  private final String name;
  private final EngineAttempts attempts;
  private final Function<Map<String, Shape>, LoweredModel> lowering;
  private final LinkedHashMap<Map<String, Shape>, CountedGraph> sessions =
      new LinkedHashMap<>(8, 0.75f, true);
  private final GraphEngine engine;
  private final GraphEngine.Memory memory;
  private boolean closed;

  /** Opens nothing yet. */
  GraphSessions(
      String name,
      Function<Map<String, Shape>, LoweredModel> lowering,
      GraphEngine engine,
      GraphEngine.Memory memory) {
    this.name = name;
    this.attempts = new EngineAttempts(name);
    this.lowering = lowering;
    this.engine = engine;
    this.memory = memory;
  }

  /** Opens the session of these shapes, so that what cannot run is said at once. */
  void open(Map<String, Shape> shapes) {
    session(shapes).end();
  }

  /**
   * The answered blobs by name.
   *
   * @throws PredictionException when these inputs cannot be answered
   * @throws org.quantsweep.inference.EngineFaultException when that cannot be told
   */
  Map<String, Tensor> run(Map<String, Shape> shapes, Map<String, Tensor> inputs)
      throws PredictionException {
    CountedGraph session;
    try {
      session = session(shapes);
    } catch (BadInputException e) {
      // The preferred shapes have run: it is these that do not fit.
      throw new PredictionException("inputs of shapes " + shapes + ": " + e.getMessage(), e);
    }
    try {
      return attempts.of(() -> session.run(inputs));
    } catch (GraphEngineException e) {
      throw new PredictionException("the engine failed: " + e.getMessage(), e);
    } finally {
      session.end();
    }
  }

  synchronized void close() {
    closed = true;
    sessions.values().forEach(CountedGraph::close);
    sessions.clear();
  }

  /** An open session, which the caller ends: it is not closed before. */
  private synchronized CountedGraph session(Map<String, Shape> shapes) {
    if (closed) {
      throw new IllegalStateException(name + ": the predictor is closed.");
    }
    CountedGraph session = sessions.get(shapes);
    if (session == null) {
      session = new CountedGraph(opened(lowering.apply(shapes)));
      sessions.put(shapes, session);
      if (sessions.size() > SESSIONS) {
        // Perhaps another thread still runs it: then its last run closes it.
        sessions.remove(sessions.keySet().iterator().next()).close();
      }
    }
    session.begin();
    return session;
  }

  private OpenGraph opened(LoweredModel lowered) {
    try {
      return attempts.of(() -> engine.open(lowered, memory));
    } catch (GraphEngineException e) {
      throw new BadInputException(
          name
              + ": the engine cannot open the lowered network ("
              + e.getMessage()
              + ").\nMaybe its layers do not fit each other; look at quantsweep inspect.",
          e);
    }
  }
}
