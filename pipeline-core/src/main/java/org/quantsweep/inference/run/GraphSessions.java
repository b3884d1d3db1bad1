package org.quantsweep.inference.run;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.quantsweep.BadInputException;
import org.quantsweep.inference.PredictionException;
import org.quantsweep.inference.onnx.LoweredModel;
import org.quantsweep.inference.onnx.ModelLowering;
import org.quantsweep.inference.onnx.NextStage;
import org.quantsweep.inference.onnx.UnsupportedLayerException;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;

/** Graphs of one network, or a part of it, opened for the last few shapes that it was fed with. */
final class GraphSessions {
  /** Open at once: each holds its own copy of the weights. */
  private static final int SESSIONS = 4;

  /** As above where a run goes through several graphs. */
  private static final int STAGED_SESSIONS = 64;

  /** A run that needs more does not end. */
  private static final int MOST_STAGES = 100_000;

  private final String name;
  private final EngineAttempts attempts;
  private final Function<Map<String, Shape>, LoweredModel> lowering;
  private final LinkedHashMap<Object, Opened> sessions = new LinkedHashMap<>(8, 0.75f, true);
  private final GraphEngine engine;
  private final GraphEngine.Use use;
  private boolean closed;
  private boolean hasStages;

  /** Opens nothing yet. */
  GraphSessions(
      String name,
      Function<Map<String, Shape>, LoweredModel> lowering,
      GraphEngine engine,
      GraphEngine.Use use) {
    this.name = name;
    this.attempts = new EngineAttempts(name);
    this.lowering = lowering;
    this.engine = engine;
    this.use = use;
  }

  private void open(Map<String, Shape> shapes) {
    session(shapes, () -> lowering.apply(shapes)).graph().end();
  }

  /**
   * Opens the first session of some that can be, so that what cannot run is said at once.
   *
   * @param tried at least one
   * @return why the very first cannot be opened, without full stop; empty where it can
   * @throws BadInputException saying why the very first cannot, when none can
   */
  Optional<String> openAny(List<Map<String, Shape>> tried) {
    BadInputException first = null;
    for (Map<String, Shape> shapes : tried) {
      try {
        open(shapes);
        return Optional.ofNullable(first).map(GraphSessions::reason);
      } catch (BadInputException e) {
        first = first == null ? e : first;
      }
    }
    throw first == null ? new IllegalArgumentException(name + ": nothing to open.") : first;
  }

  /** A refusal without its cure, which is for a model that does not run at all. */
  private static String reason(BadInputException refusal) {
    return refusal.getMessage().replaceFirst("(?s)\\.?\nMaybe .*", "");
  }

  /**
   * The answered blobs by name.
   *
   * @throws PredictionException when these inputs cannot be answered
   * @throws org.quantsweep.inference.EngineFaultException when that cannot be told
   */
  Map<String, Tensor> run(Map<String, Shape> shapes, Map<String, Tensor> inputs)
      throws PredictionException {
    Map<String, Tensor> fed = inputs;
    Object key = shapes;
    Supplier<LoweredModel> lowered = () -> lowering.apply(shapes);
    AnswersBeside beside = new AnswersBeside();
    for (int stage = 0; stage < MOST_STAGES; stage++) {
      Opened opened;
      try {
        opened = session(key, lowered);
      } catch (BadInputException e) {
        // Some shapes that the model allows have run: it is these that do not fit.
        throw new PredictionException("inputs of shapes " + shapes + ": " + reason(e), e);
      }
      Map<String, Tensor> answers = answers(opened.graph(), fed);
      Optional<NextStage> next = opened.next();
      beside.take(answers);
      if (next.isEmpty()) {
        beside.give(answers);
        return answers;
      }
      NextStage.Stage following;
      try {
        following = next.get().after(answers);
      } catch (UnsupportedLayerException e) {
        throw new PredictionException(e.getMessage(), e);
      }
      fed = following.inputs();
      key = following.key();
      lowered = following.lowering();
    }
    throw new PredictionException("it has not ended after " + MOST_STAGES + " stages");
  }

  /** Tells the shapes that a call's graph is opened for. */
  interface CallShapes {
    /** Those of what a call is fed with; states are not among them. */
    Map<String, Shape> of(Map<String, Tensor> inputs) throws PredictionException;
  }

  /**
   * The answered blobs of calls that follow each other. States begin with zeros; what a call leaves
   * in one goes into the next call.
   *
   * @param states the shape of each
   * @throws PredictionException when one of the calls cannot be answered
   */
  List<Map<String, Tensor>> runCalls(
      List<Map<String, Tensor>> calls, Map<String, Shape> states, CallShapes shapes)
      throws PredictionException {
    Map<String, Tensor> held = new HashMap<>();
    states.forEach(
        (state, shape) ->
            held.put(state, Tensor.wrap(shape, new float[Math.toIntExact(shape.elementCount())])));
    List<Map<String, Tensor>> answers = new ArrayList<>();
    for (Map<String, Tensor> inputs : calls) {
      Map<String, Tensor> fed = inputs;
      if (!states.isEmpty()) {
        fed = new HashMap<>(inputs);
        fed.putAll(held);
      }
      Map<String, Tensor> answered = run(shapes.of(inputs), fed);
      answers.add(answered);
      held.replaceAll((state, old) -> answered.get(ModelLowering.nextState(state)));
    }
    return answers;
  }

  private Map<String, Tensor> answers(CountedGraph graph, Map<String, Tensor> inputs)
      throws PredictionException {
    try {
      return attempts.of(() -> graph.run(inputs));
    } catch (GraphEngineException e) {
      throw new PredictionException("the engine failed: " + e.getMessage(), e);
    } finally {
      graph.end();
    }
  }

  synchronized void close() {
    closed = true;
    sessions.values().forEach(opened -> opened.graph().close());
    sessions.clear();
  }

  /** An open graph, and what runs behind it. Its file is as large as the weights: it goes. */
  private record Opened(Optional<NextStage> next, CountedGraph graph) {}

  /** An open session, which the caller ends: it is not closed before. */
  private synchronized Opened session(Object key, Supplier<LoweredModel> lowered) {
    if (closed) {
      throw new IllegalStateException(name + ": the predictor is closed.");
    }
    Opened session = sessions.get(key);
    if (session == null) {
      LoweredModel made = lowered.get();
      session = new Opened(made.next(), new CountedGraph(opened(made)));
      sessions.put(key, session);
      hasStages |= made.next().isPresent();
      if (sessions.size() > (hasStages ? STAGED_SESSIONS : SESSIONS)) {
        // Perhaps another thread still runs it: then its last run closes it.
        sessions.remove(sessions.keySet().iterator().next()).graph().close();
      }
    }
    session.graph().begin();
    return session;
  }

  private OpenGraph opened(LoweredModel lowered) {
    try {
      return attempts.of(() -> engine.open(lowered, use));
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
