package org.quantsweep.inference.onnx.program;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.quantsweep.coreml.mlprogram.DataType;
import org.quantsweep.coreml.mlprogram.NamedType;
import org.quantsweep.coreml.mlprogram.Operation;
import org.quantsweep.coreml.mlprogram.ProgramBlock;
import org.quantsweep.coreml.mlprogram.ProgramType;
import org.quantsweep.coreml.mlprogram.TensorValue;
import org.quantsweep.inference.onnx.LoweredModel;
import org.quantsweep.inference.onnx.NextStage;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;

/**
 * A place in the middle of a function where one graph has ended, and what goes on from there once
 * its answers are known. Computed values stand under the names of those answers.
 *
 * @param frames from the outermost block to the innermost
 * @param asked the answers for which the graph had to end
 * @param step what is made of them here; empty when the rest is lowered for their numbers
 */
record StageSnapshot(
    LoweringSetting setting,
    List<FramePlace> frames,
    Map<String, Value> states,
    List<String> asked,
    Optional<HostStep> step)
    implements NextStage {
  StageSnapshot {
    frames = List.copyOf(frames);
    states = new TreeMap<>(states);
    asked = List.copyOf(asked);
  }

  /** Where a block stands, and what its names stand for. */
  record FramePlace(
      Frame.Kind kind,
      ProgramBlock block,
      int next,
      Map<String, Value> scope,
      List<Value> loopValues) {
    FramePlace {
      scope = new TreeMap<>(scope);
      loopValues = List.copyOf(loopValues);
    }

    private FramePlace with(UnaryOperator<Value> change) {
      Map<String, Value> changed = new TreeMap<>();
      scope.forEach((name, value) -> changed.put(name, change.apply(value)));
      return new FramePlace(kind, block, next, changed, loopValues.stream().map(change).toList());
    }
  }

  @Override
  public Stage after(Map<String, Tensor> known) {
    Map<String, Tensor> fed = new HashMap<>(known);
    StageSnapshot resumed = step.isPresent() ? stepped(fed) : told(fed);
    Map<String, Shape> shapes = new TreeMap<>();
    resumed.forEachValue(
        value -> {
          if (value instanceof Value.Computed computed) {
            shapes.put(computed.name(), fed.get(computed.name()).shape());
          }
        });
    fed.keySet().retainAll(shapes.keySet());
    return new Stage(resumed.key(shapes), fed, () -> resumed.lower(shapes));
  }

  /** The same place with what was asked for as constants. */
  private StageSnapshot told(Map<String, Tensor> known) {
    return with(
        value ->
            value instanceof Value.Computed computed && asked.contains(computed.name())
                ? new Value.Constant(constant(computed.type(), known.get(computed.name())))
                : value);
  }

  private static TensorValue constant(DataType type, Tensor numbers) {
    if (type.isFloat()) {
      return TensorValue.floats(type, numbers.shape(), numbers::toArray);
    }
    long[] integers = new long[numbers.size()];
    for (int i = 0; i < integers.length; i++) {
      integers[i] = (long) numbers.get(i);
    }
    return TensorValue.integers(type, numbers.shape(), integers);
  }

  /** The place behind the operation that was run here. */
  private StageSnapshot stepped(Map<String, Tensor> known) {
    List<Tensor> made = step.orElseThrow().run(asked.stream().map(known::get).toList());
    FramePlace innermost = frames.get(frames.size() - 1);
    Operation operation = innermost.block().operations().get(innermost.next());
    Map<String, Value> scope = new TreeMap<>(innermost.scope());
    for (int i = 0; i < operation.outputs().size(); i++) {
      NamedType output = operation.outputs().get(i);
      String name = "step" + i;
      known.put(name, made.get(i));
      scope.put(
          output.name(), new Value.Computed(name, ((ProgramType.Array) output.type()).element()));
    }
    List<FramePlace> places = new ArrayList<>(frames);
    places.set(
        places.size() - 1,
        new FramePlace(
            innermost.kind(),
            innermost.block(),
            innermost.next() + 1,
            scope,
            innermost.loopValues()));
    return new StageSnapshot(setting, places, states, List.of(), Optional.empty());
  }

  private StageSnapshot with(UnaryOperator<Value> change) {
    UnaryOperator<Value> deep = value -> changed(value, change);
    Map<String, Value> held = new TreeMap<>();
    states.forEach((name, value) -> held.put(name, deep.apply(value)));
    return new StageSnapshot(
        setting, frames.stream().map(place -> place.with(deep)).toList(), held, asked, step);
  }

  private static Value changed(Value value, UnaryOperator<Value> change) {
    if (value instanceof Value.Elements list) {
      return new Value.Elements(
          list.elements().stream().map(element -> changed(element, change)).toList(),
          list.type(),
          list.shape());
    }
    return change.apply(value);
  }

  private void forEachValue(java.util.function.Consumer<Value> visitor) {
    with(
        value -> {
          visitor.accept(value);
          return value;
        });
  }

  /** Equal where the graphs are. */
  private Object key(Map<String, Shape> shapes) {
    List<Object> key = new ArrayList<>();
    key.add(new TreeMap<>(shapes));
    for (FramePlace place : frames) {
      key.add(place.kind());
      key.add(new SameBlock(place.block()));
      key.add(place.next());
      place
          .scope()
          .forEach(
              (name, value) -> {
                key.add(name);
                key.add(keyOf(value));
              });
      place.loopValues().forEach(value -> key.add(keyOf(value)));
    }
    states.forEach(
        (name, value) -> {
          key.add(name);
          key.add(keyOf(value));
        });
    return key;
  }

  /** A block that equals itself only: comparing what is in it would take long. */
  private static final class SameBlock {
    private final ProgramBlock block;

    private SameBlock(ProgramBlock block) {
      this.block = block;
    }

    @Override
    @SuppressWarnings("ReferenceEquality")
    public boolean equals(Object other) {
      return other instanceof SameBlock same && same.block == block;
    }

    @Override
    public int hashCode() {
      return System.identityHashCode(block);
    }
  }

  private static Object keyOf(Value value) {
    if (value instanceof Value.Constant constant) {
      TensorValue numbers = constant.value();
      Object content =
          numbers.type() == DataType.STRING
              ? numbers.texts()
              : numbers.type().isFloat()
                  ? Arrays.toString(numbers.floats())
                  : Arrays.toString(numbers.integers());
      return List.of(numbers.type(), numbers.shape(), content);
    }
    if (value instanceof Value.Elements list) {
      List<Object> key = new ArrayList<>(List.of(list.type(), list.shape()));
      list.elements().forEach(element -> key.add(keyOf(element)));
      return key;
    }
    return value;
  }

  private LoweredModel lower(Map<String, Shape> shapes) {
    ProgramGraph graph = setting.newGraph();
    Map<String, DataType> types = new LinkedHashMap<>();
    forEachValue(
        value -> {
          if (value instanceof Value.Computed computed) {
            types.put(computed.name(), computed.type());
          }
        });
    Map<String, Value> fed = new HashMap<>();
    for (Map.Entry<String, DataType> input : new TreeMap<>(types).entrySet()) {
      fed.put(
          input.getKey(),
          graph.told(
              LoweredModel.graphInput(input.getKey()),
              shapes.get(input.getKey()),
              input.getValue()));
    }
    StageSnapshot resumed =
        with(
            value ->
                value instanceof Value.Computed computed
                    ? new Value.Computed(
                        ((Value.Computed) fed.get(computed.name())).name(), computed.type())
                    : value);
    Frame frame = null;
    for (FramePlace place : resumed.frames) {
      frame = frame(place, frame);
    }
    return new ProgramLowering(setting, graph, frame, resumed.states).lower(shapes);
  }

  private Frame frame(FramePlace place, Frame around) {
    Frame frame = setting.frame(place.kind(), place.block(), place.next(), around);
    frame.scope().putAll(place.scope());
    frame.setLoopValues(place.loopValues());
    return frame;
  }
}
