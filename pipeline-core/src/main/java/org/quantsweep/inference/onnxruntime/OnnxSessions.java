package org.quantsweep.inference.onnxruntime;

import ai.onnxruntime.OrtException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import org.quantsweep.BadInputException;
import org.quantsweep.inference.PredictionException;
import org.quantsweep.inference.onnx.LoweredModel;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;

/** Graphs of one network, or a part of it, opened for the last few shapes that it was fed with. */
final class OnnxSessions {
  /** Open at once: each holds its own copy of the weights. */
  private static final int SESSIONS = 4;

  private final String name;
  private final Function<Map<String, Shape>, LoweredModel> lowering;
  private final LinkedHashMap<Map<String, Shape>, OnnxSession> sessions =
      new LinkedHashMap<>(8, 0.75f, true);
  private final InputMemory memory;
  private final boolean keeps;
  private boolean closed;

  /** Of a whole network: the memory of a run is kept for the next one. Opens nothing yet. */
  static OnnxSessions keeping(String name, Function<Map<String, Shape>, LoweredModel> lowering) {
    return new OnnxSessions(name, lowering, new InputMemory(), true);
  }

  /** Of one of many parts that are open at once, with memory that they share. */
  static OnnxSessions sharing(
      String name, Function<Map<String, Shape>, LoweredModel> lowering, InputMemory memory) {
    return new OnnxSessions(name, lowering, memory, false);
  }

  private OnnxSessions(
      String name,
      Function<Map<String, Shape>, LoweredModel> lowering,
      InputMemory memory,
      boolean keeps) {
    this.name = name;
    this.lowering = lowering;
    this.memory = memory;
    this.keeps = keeps;
  }

  /** Opens the session of these shapes, so that what cannot run is said at once. */
  void open(Map<String, Shape> shapes) {
    session(shapes).end();
  }

  /** The answered blobs by name. */
  Map<String, Tensor> run(Map<String, Shape> shapes, Map<String, Tensor> inputs)
      throws PredictionException {
    OnnxSession session;
    try {
      session = session(shapes);
    } catch (BadInputException e) {
      // The preferred shapes have run: it is these that do not fit.
      throw new PredictionException("inputs of shapes " + shapes + ": " + e.getMessage(), e);
    }
    try {
      return session.run(inputs);
    } catch (OrtException e) {
      throw new PredictionException("the engine failed: " + e.getMessage(), e);
    } finally {
      session.end();
    }
  }

  synchronized void close() {
    closed = true;
    sessions.values().forEach(OnnxSession::close);
    sessions.clear();
  }

  /** An open session, which the caller ends: it is not closed before. */
  private synchronized OnnxSession session(Map<String, Shape> shapes) {
    if (closed) {
      throw new IllegalStateException(name + ": the predictor is closed.");
    }
    OnnxSession session = sessions.get(shapes);
    if (session == null) {
      session = new OnnxSession(name, lowering.apply(shapes), memory, keeps);
      sessions.put(shapes, session);
      if (sessions.size() > SESSIONS) {
        // Perhaps another thread still runs it: then its last run closes it.
        sessions.remove(sessions.keySet().iterator().next()).close();
      }
    }
    session.begin();
    return session;
  }
}
