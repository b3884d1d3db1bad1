package org.quantsweep.inference.onnx.program;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.quantsweep.inference.onnx.LoweredModel;
import org.quantsweep.tensor.Shape;

/**
 * Ends a graph in the middle of a function. All that the rest still reads is answered, under names
 * that depend on nothing but the place; {@link StageSnapshot} goes on with it.
 */
final class StageCut {
  /** Larger constants are fed to the next graph, not written into it. */
  private static final int LARGEST_KEPT = 4096;

  private final ProgramLowering lowering;
  private final ProgramGraph graph;
  private final NeedsValueException needs;

  /** The answer of each value of the graph, by its name there. */
  private final Map<String, String> answers = new LinkedHashMap<>();

  private final Map<String, Shape> shapes = new LinkedHashMap<>();

  StageCut(ProgramLowering lowering, NeedsValueException needs) {
    this.lowering = lowering;
    this.graph = lowering.graph();
    this.needs = needs;
  }

  /** The graph, and what follows it. */
  LoweredModel lowered(Map<String, Shape> fed) {
    List<Frame> frames = new ArrayList<>();
    for (Frame frame = lowering.frame(); frame != null; frame = frame.around()) {
      frames.add(0, frame);
    }
    Map<Frame, Map<String, Value>> read = read(frames);
    fold(frames, read);
    List<StageSnapshot.FramePlace> places = new ArrayList<>();
    for (Frame frame : frames) {
      Map<String, Value> scope = new TreeMap<>();
      read.get(frame).forEach((name, value) -> scope.put(name, kept(value, isTurn(frame))));
      List<Value> loopValues = new ArrayList<>();
      frame.loopValues().forEach(value -> loopValues.add(kept(value, true)));
      places.add(
          new StageSnapshot.FramePlace(
              frame.kind(), frame.block(), frame.next(), scope, loopValues));
    }
    Map<String, Value> states = new TreeMap<>();
    lowering.states().forEach((name, value) -> states.put(name, kept(value, true)));
    List<String> asked = new ArrayList<>();
    for (Value.Computed value : needs.values()) {
      asked.add(((Value.Computed) answered(value)).name());
    }
    StageSnapshot snapshot =
        new StageSnapshot(
            lowering.setting(), places, states, asked, Optional.ofNullable(needs.step()));
    graph.answerBeside(shapes);
    return new LoweredModel(
        new LoweredModel.OnnxBytes(graph.onnx().toBytes()),
        fed,
        new ArrayList<>(shapes.keySet()),
        shapes,
        Optional.of(snapshot));
  }

  private static boolean isTurn(Frame frame) {
    return frame.kind() == Frame.Kind.LOOP_BODY || frame.kind() == Frame.Kind.LOOP_CONDITION;
  }

  /** What the rest reads of each block's own names. */
  private Map<Frame, Map<String, Value>> read(List<Frame> frames) {
    Map<Frame, Map<String, Value>> read = new HashMap<>();
    // Of these some are no outputs of the function.
    Set<String> names = new TreeSet<>(lowering.setting().answers().keySet());
    for (int i = frames.size() - 1; i >= 0; i--) {
      Frame frame = frames.get(i);
      names.addAll(NeededNames.of(frame.block(), frame.next()));
      Map<String, Value> own = new TreeMap<>();
      for (String name : names) {
        Value value = frame.scope().get(name);
        if (value != null) {
          own.put(name, value);
        }
      }
      read.put(frame, own);
    }
    return read;
  }

  /** Computes what is constant and small, all at once. */
  private void fold(List<Frame> frames, Map<Frame, Map<String, Value>> read) {
    Set<Value.Computed> constants = new LinkedHashSet<>();
    for (Frame frame : frames) {
      if (!isTurn(frame)) {
        read.get(frame).values().stream()
            .filter(this::isKept)
            .forEach(value -> constants.add((Value.Computed) value));
      }
    }
    graph.fold(constants);
  }

  private boolean isKept(Value value) {
    return value instanceof Value.Computed computed
        && graph.isConstant(computed)
        && graph.shape(computed).elementCount() <= LARGEST_KEPT;
  }

  /**
   * A value as the next graph sees it.
   *
   * @param changes whether it differs from turn to turn of a loop: then even a constant is fed, so
   *     that one graph serves all turns
   */
  private Value kept(Value value, boolean changes) {
    if (value instanceof Value.Elements list) {
      List<Value> elements = new ArrayList<>();
      list.elements().forEach(element -> elements.add(kept(element, changes)));
      return new Value.Elements(elements, list.type(), list.shape());
    }
    if (value instanceof Value.Constant constant) {
      return changes && constant.value().type().bits() > 0 ? answered(value) : value;
    }
    if (value instanceof Value.Computed computed) {
      return !changes && isKept(computed)
          ? new Value.Constant(graph.constant(computed))
          : answered(computed);
    }
    return value;
  }

  private Value answered(Value value) {
    String name = graph.name(value);
    String answer = answers.get(name);
    if (answer == null) {
      answer = "cut" + answers.size();
      answers.put(name, answer);
      shapes.put(answer, graph.shape(value));
      graph.answer(answer, value);
    }
    return new Value.Computed(answer, ProgramGraph.type(value));
  }
}
