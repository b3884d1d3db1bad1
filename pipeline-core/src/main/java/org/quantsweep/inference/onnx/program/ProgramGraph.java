package org.quantsweep.inference.onnx.program;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.quantsweep.coreml.mlprogram.DataType;
import org.quantsweep.coreml.mlprogram.TensorValue;
import org.quantsweep.inference.onnx.Attribute;
import org.quantsweep.inference.onnx.ConstantEvaluator;
import org.quantsweep.inference.onnx.ConstantValues;
import org.quantsweep.inference.onnx.ElementType;
import org.quantsweep.inference.onnx.FloatPrecision;
import org.quantsweep.inference.onnx.LoweredModel;
import org.quantsweep.inference.onnx.OnnxGraph;
import org.quantsweep.inference.onnx.UnsupportedLayerException;
import org.quantsweep.inference.onnx.ValueType;
import org.quantsweep.tensor.Shape;

/** A graph that a program is lowered to: its constants, and what is known of computed values. */
final class ProgramGraph {
  /** The largest float that is an int32. */
  private static final float LARGEST_WHOLE = 0x1.fffffep30f;

  private final OnnxGraph graph;
  private final FloatPrecision precision;
  private final ConstantEvaluator evaluator;
  private final IdentityHashMap<TensorValue, String> initializers = new IdentityHashMap<>();
  private final IdentityHashMap<TensorValue, String> turned = new IdentityHashMap<>();
  private final Map<String, TensorValue> folded = new HashMap<>();

  /** How large values become, by their names in the program; null where nobody asks. */
  private final SortedMap<String, String> largest;

  /** Values inside blocks and cells that are answered each time that they are made. */
  private final Set<String> wanted;

  /** Answers that hold such values. */
  private final Map<String, Shape> seen = new LinkedHashMap<>();

  ProgramGraph(
      OnnxGraph graph,
      FloatPrecision precision,
      ConstantEvaluator evaluator,
      Set<String> wanted,
      boolean watched) {
    this.graph = graph;
    this.precision = precision;
    this.evaluator = evaluator;
    this.wanted = Set.copyOf(wanted);
    this.largest = watched ? new TreeMap<>() : null;
  }

  /** Notes how large a value becomes, where it is of half precision and somebody asks. */
  void watch(String name, Value.Computed value) {
    if (largest == null
        || value.type() != DataType.FLOAT16
        || graph.isConstant(value.name())
        || graph.shape(value.name()).elementCount() == 0) {
      return;
    }
    String magnitude =
        graph.node(
            "ReduceMax",
            Shape.of(),
            List.of(graph.unary("Abs", value.name())),
            Attribute.of("keepdims", 0));
    // A loop meets an operation again at every turn.
    largest.merge(name, magnitude, (one, other) -> graph.binary("Max", one, other));
  }

  /** Whether a value inside a block or a cell is answered each time that it is made. */
  boolean isSeen(String name) {
    return wanted.contains(name);
  }

  /** Answers a value inside a block or a cell, beside those of the same name before. */
  void see(String name, Value value) {
    if (value instanceof Value.Computed || value instanceof Value.Constant) {
      String answer = LoweredModel.SEEN + seen.size() + "\u00a7" + name;
      seen.put(answer, shape(value));
      answer(answer, value);
    }
  }

  /** Notes the answers beside the model's: what was seen, and how large values have become. */
  void answerBeside(Map<String, Shape> shapes) {
    shapes.putAll(seen);
    if (largest != null) {
      largest.forEach(
          (name, value) -> {
            String answer = LoweredModel.LARGEST + name;
            graph.bind(answer, value);
            graph.output(answer);
            shapes.put(answer, Shape.of());
          });
    }
  }

  OnnxGraph onnx() {
    return graph;
  }

  /** What values of a declared type are in the graph. */
  static ElementType element(DataType type) {
    if (type.isFloat()) {
      return ElementType.FLOAT32;
    }
    if (type == DataType.BOOL) {
      return ElementType.BOOL;
    }
    if (type.isInteger()) {
      return ElementType.INT32;
    }
    throw new UnsupportedLayerException("its values are " + type);
  }

  /** The name of a value in the graph; a constant is added to it at its first use. */
  String name(Value value) {
    if (value instanceof Value.Computed computed) {
      return computed.name();
    }
    if (value instanceof Value.Constant constant) {
      String name = initializers.get(constant.value());
      if (name == null) {
        name = initializer(constant.value());
        initializers.put(constant.value(), name);
      }
      return name;
    }
    throw new UnsupportedLayerException("it takes a value that is no array");
  }

  private String initializer(TensorValue value) {
    return switch (element(value.type())) {
      case FLOAT32 -> graph.constant(value.shape(), value.floats());
      case BOOL -> {
        long[] numbers = value.integers();
        boolean[] truths = new boolean[numbers.length];
        for (int i = 0; i < truths.length; i++) {
          truths[i] = numbers[i] != 0;
        }
        yield graph.truths(value.shape(), truths);
      }
      default -> {
        long[] numbers = value.integers();
        int[] narrow = new int[numbers.length];
        for (int i = 0; i < narrow.length; i++) {
          narrow[i] = (int) Math.max(Integer.MIN_VALUE, Math.min(Integer.MAX_VALUE, numbers[i]));
        }
        yield graph.wholeNumbers(value.shape(), narrow);
      }
    };
  }

  /**
   * The name of a constant matrix with rows and columns exchanged, so that the graph needs not do
   * it. Layers that share weights share it too.
   */
  String turned(TensorValue matrix) {
    return turned.computeIfAbsent(
        matrix,
        value -> {
          int rows = value.shape().length(0);
          int columns = value.shape().length(1);
          float[] from = value.floats();
          float[] to = new float[from.length];
          for (int row = 0; row < rows; row++) {
            for (int column = 0; column < columns; column++) {
              to[column * rows + row] = from[row * columns + column];
            }
          }
          return graph.constant(Shape.of(columns, rows), to);
        });
  }

  Shape shape(Value value) {
    return value instanceof Value.Constant constant
        ? constant.value().shape()
        : graph.shape(name(value));
  }

  static DataType type(Value value) {
    if (value instanceof Value.Computed computed) {
      return computed.type();
    }
    if (value instanceof Value.Constant constant) {
      return constant.value().type();
    }
    throw new UnsupportedLayerException("it takes a value that is no array");
  }

  /** Whether a value is the same in every run. */
  boolean isConstant(Value value) {
    return value instanceof Value.Constant
        || (value instanceof Value.Computed computed && graph.isConstant(computed.name()));
  }

  /**
   * The numbers of a value.
   *
   * @throws NeedsValueException when only a run tells them
   */
  TensorValue constant(Value value) {
    if (value instanceof Value.Constant constant) {
      return constant.value();
    }
    if (!(value instanceof Value.Computed computed)) {
      throw new UnsupportedLayerException("it takes a value that is no array");
    }
    if (!graph.isConstant(computed.name())) {
      throw NeedsValueException.ofConstants(List.of(computed));
    }
    fold(List.of(computed));
    return folded.get(computed.name());
  }

  /** Computes values that are the same in every run, all at once. */
  void fold(Collection<Value.Computed> values) {
    Map<String, DataType> wanted = new HashMap<>();
    for (Value.Computed value : values) {
      if (!folded.containsKey(value.name())) {
        wanted.put(value.name(), value.type());
      }
    }
    if (wanted.isEmpty()) {
      return;
    }
    List<String> names = new ArrayList<>(wanted.keySet());
    names.sort(null);
    ConstantValues.of(graph, names, evaluator)
        .forEach((name, numbers) -> folded.put(name, value(wanted.get(name), numbers)));
  }

  private TensorValue value(DataType type, ConstantValues.Numbers numbers) {
    Shape shape = numbers.type().shape().orElseThrow();
    if (numbers.type().element() == ElementType.FLOAT32) {
      float[] floats = new float[numbers.floats().size()];
      for (int i = 0; i < floats.length; i++) {
        floats[i] = numbers.floats().get(i);
      }
      return TensorValue.floats(type, shape, () -> floats);
    }
    return TensorValue.integers(
        type, shape, numbers.integers().stream().mapToLong(Long::longValue).toArray());
  }

  /**
   * A value of the graph as one of the program.
   *
   * @param name in the graph, of any element type
   * @param type as the program declares it
   */
  Value.Computed computed(String name, DataType type) {
    ElementType element = element(type);
    String typed = graph.type(name).element() == element ? name : graph.cast(name, element);
    return new Value.Computed(
        type == DataType.FLOAT16 && precision == FloatPrecision.FLOAT16 ? rounded(typed) : typed,
        type);
  }

  /** Rounds to half precision; the engine keeps such a pair of casts. */
  String rounded(String name) {
    return graph.cast(graph.cast(name, ElementType.FLOAT16), ElementType.FLOAT32);
  }

  /**
   * Adds what every run is fed with, as floats, and gives it the type that the program declares.
   */
  Value.Computed fed(String graphInput, Shape shape, DataType type) {
    graph.input(graphInput, ValueType.of(ElementType.FLOAT32, shape));
    ElementType element = element(type);
    if (element == ElementType.FLOAT32) {
      return new Value.Computed(type == DataType.FLOAT16 ? rounded(graphInput) : graphInput, type);
    }
    return new Value.Computed(graph.cast(graphInput, element), type);
  }

  /**
   * Adds what another graph has answered: it is in this graph's precision already.
   *
   * @param type as the program declares it
   */
  Value.Computed told(String graphInput, Shape shape, DataType type) {
    graph.input(graphInput, ValueType.of(ElementType.FLOAT32, shape));
    ElementType element = element(type);
    String value = graphInput;
    if (element == ElementType.INT32) {
      // The largest whole numbers, which mean no limit, were rounded up to one that is none.
      value = graph.binary("Min", value, graph.scalar(LARGEST_WHOLE));
    }
    return new Value.Computed(
        element == ElementType.FLOAT32 ? value : graph.cast(value, element), type);
  }

  /** Answers a value as floats under a name. */
  void answer(String output, Value value) {
    String name = name(value);
    if (graph.type(name).element() == ElementType.FLOAT32) {
      graph.bind(output, name);
    } else {
      graph.castTo(output, name, ElementType.FLOAT32);
    }
    graph.output(output);
  }
}
