package org.quantsweep.inference.onnx;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.quantsweep.proto.onnx.GraphProto;
import org.quantsweep.proto.onnx.ModelProto;
import org.quantsweep.proto.onnx.NodeProto;
import org.quantsweep.proto.onnx.OperatorSetIdProto;
import org.quantsweep.proto.onnx.TensorProto;
import org.quantsweep.proto.onnx.TensorShapeProto;
import org.quantsweep.proto.onnx.TypeProto;
import org.quantsweep.proto.onnx.ValueInfoProto;
import org.quantsweep.tensor.Shape;

/**
 * An ONNX graph that grows. Every value has a name, and a type that is known when its node is
 * added; every node is checked against {@link OnnxOperators}, so that a mistake of the program
 * shows where it is made (an {@link IllegalStateException}).
 */
public final class OnnxGraph {
  private static final int FORMAT_VERSION = 8;

  /** Two GiB of float32: more is a broken file, not a network. */
  private static final long MOST_ELEMENTS = 1L << 29;

  private final GraphProto.Builder graph = GraphProto.newBuilder().setName("model");
  private final Map<String, ValueType> types = new HashMap<>();

  /** Of values that follow from constants alone: the node that makes each, or null. */
  private final Map<String, NodeProto> constants = new HashMap<>();

  /** What the engine computes when it opens the graph, and holds from then on. */
  private long folded;

  private final Map<String, TensorProto> initializers = new HashMap<>();
  private final String prefix;
  private int fresh;

  /** A graph for a model whose values have these names. */
  public OnnxGraph(Iterable<String> names) {
    StringBuilder sign = new StringBuilder("\u00a7");
    boolean taken = true;
    while (taken) {
      taken = false;
      for (String name : names) {
        taken |= name.startsWith(sign.toString());
      }
      if (taken) {
        sign.append('\u00a7');
      }
    }
    this.prefix = sign.toString();
  }

  /** The type of a value that some node has made. */
  public ValueType type(String value) {
    ValueType type = types.get(value);
    if (type == null) {
      throw new IllegalStateException("value '" + value + "' is used before it is made.");
    }
    return type;
  }

  /** The shape of a value that some node has made, where all its lengths are known. */
  public Shape shape(String value) {
    ValueType type = type(value);
    return type.shape()
        .orElseThrow(
            () -> new IllegalStateException("value '" + value + "' (" + type + ") has no shape."));
  }

  /** Whether some node has made a value. */
  public boolean has(String value) {
    return types.containsKey(value);
  }

  /** Whether a value follows from constants alone, so that it is the same in every run. */
  public boolean isConstant(String value) {
    return constants.containsKey(value);
  }

  /** How many nodes it has. */
  public int nodeCount() {
    return graph.getNodeCount();
  }

  /** A name that no value of the model has: none of them begins like it. */
  public String freshName() {
    return prefix + fresh++;
  }

  /** Adds a value that every run is fed with. */
  public void input(String name, ValueType type) {
    graph.addInput(info(name, type));
    types.put(name, type);
  }

  /** Adds a float32 value that every run is fed with. */
  public void input(String name, Shape shape) {
    input(name, ValueType.of(ElementType.FLOAT32, shape));
  }

  /** Answers a value. */
  public void output(String name) {
    graph.addOutput(info(name, type(name)));
  }

  /** A float32 constant. */
  public String constant(Shape shape, float... values) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    return initializer(ElementType.FLOAT32, shape, bytes);
  }

  /** An int32 constant. */
  public String wholeNumbers(Shape shape, int... values) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asIntBuffer().put(values);
    return initializer(ElementType.INT32, shape, bytes);
  }

  /** A constant of truth values. */
  public String truths(Shape shape, boolean... values) {
    ByteBuffer bytes = ByteBuffer.allocate(values.length);
    for (int i = 0; i < values.length; i++) {
      bytes.put(i, (byte) (values[i] ? 1 : 0));
    }
    return initializer(ElementType.BOOL, shape, bytes);
  }

  /** An int64 constant. */
  public String longs(Shape shape, long... values) {
    ByteBuffer bytes = ByteBuffer.allocate(8 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asLongBuffer().put(values);
    return initializer(ElementType.INT64, shape, bytes);
  }

  private String initializer(ElementType type, Shape shape, ByteBuffer bytes) {
    String name = freshName();
    TensorProto tensor = tensor(name, shape, type, UnsafeByteOperations.unsafeWrap(bytes));
    graph.addInitializer(tensor);
    initializers.put(name, tensor);
    constants.put(name, null);
    types.put(name, ValueType.of(type, shape));
    return name;
  }

  /** A vector of int64, as operators take shapes, axes and pads. */
  public String integers(long... values) {
    return longs(Shape.of(values.length), values);
  }

  /** Adds a node with one output of a known shape. */
  public String node(
      String operator, String output, Shape shape, List<String> inputs, Attribute... attributes) {
    nodes(operator, List.of(output), List.of(shape), inputs, attributes);
    return output;
  }

  /** Adds a node with several outputs of known shapes. */
  public void nodes(
      String operator,
      List<String> outputs,
      List<Shape> made,
      List<String> inputs,
      Attribute... attributes) {
    for (Shape shape : made) {
      if (shape.elementCount() > MOST_ELEMENTS) {
        throw new UnsupportedLayerException(
            "it makes " + shape.elementCount() + " numbers, more than " + MOST_ELEMENTS);
      }
    }
    List<ElementType> given = new ArrayList<>();
    for (String input : inputs) {
      given.add(input.isEmpty() ? null : type(input).element());
    }
    List<ElementType> elements =
        OnnxOperators.of(operator).outputTypes(given, outputs.size(), List.of(attributes));
    NodeProto.Builder node =
        NodeProto.newBuilder()
            .setOpType(operator)
            .setName(outputs.get(0))
            .addAllInput(inputs)
            .addAllOutput(outputs);
    for (Attribute attribute : attributes) {
      node.addAttribute(attribute.message());
    }
    NodeProto added = node.build();
    graph.addNode(added);
    boolean constant = true;
    for (String input : inputs) {
      constant &= input.isEmpty() || isConstant(input);
    }
    for (int i = 0; i < outputs.size(); i++) {
      types.put(outputs.get(i), ValueType.of(elements.get(i), made.get(i)));
      if (constant) {
        constants.put(outputs.get(i), added);
        folded += made.get(i).elementCount();
      }
    }
    if (folded > MOST_ELEMENTS) {
      throw new UnsupportedLayerException(
          "the constants that it and those before make are "
              + folded
              + " numbers, more than "
              + MOST_ELEMENTS);
    }
  }

  /** Adds a node whose output has a fresh name. */
  public String node(String operator, Shape shape, List<String> inputs, Attribute... attributes) {
    return node(operator, freshName(), shape, inputs, attributes);
  }

  /** Another name for a value; the engine removes the node. */
  public void bind(String output, String value) {
    node("Identity", output, shape(value), List.of(value));
  }

  /** A function of one element. */
  public String unary(String operator, String value, Attribute... attributes) {
    return node(operator, shape(value), List.of(value), attributes);
  }

  /** A function of two elements that broadcasts. */
  public String binary(String operator, String one, String other) {
    return node(operator, Axes.broadcast(shape(one), shape(other)), List.of(one, other));
  }

  /** A float32 constant of rank 0. */
  public String scalar(float value) {
    return constant(Shape.of(), value);
  }

  /** The same numbers as float32. */
  public String toFloats(String value) {
    return cast(value, ElementType.FLOAT32);
  }

  /** Rounds towards zero, to int64. */
  public String toIntegers(String value) {
    return cast(value, ElementType.INT64);
  }

  /** Whether each element differs from 0, as a value that only logic may read. */
  public String toBooleans(String value) {
    return cast(value, ElementType.BOOL);
  }

  /** The same numbers as elements of another type. */
  public String cast(String value, ElementType type) {
    return unary("Cast", value, Attribute.of("to", type.number()));
  }

  /** The same numbers as elements of another type, under a name. */
  public void castTo(String output, String value, ElementType type) {
    node("Cast", output, shape(value), List.of(value), Attribute.of("to", type.number()));
  }

  /** The same numbers with the axes in another order. */
  public String transpose(String value, int... axes) {
    Shape from = shape(value);
    int[] lengths = new int[axes.length];
    for (int axis = 0; axis < axes.length; axis++) {
      lengths[axis] = from.length(axes[axis]);
    }
    return node(
        "Transpose",
        Shape.of(lengths),
        List.of(value),
        Attribute.ofIntegers("perm", Arrays.stream(axes).boxed().toList()));
  }

  /** The same numbers in another shape. */
  public String reshape(String value, Shape shape) {
    return reshape(value, shape, freshName());
  }

  /**
   * The same numbers in another shape.
   *
   * @throws UnsupportedLayerException when it has another number of them
   */
  public String reshape(String value, Shape shape, String output) {
    if (shape(value).elementCount() != shape.elementCount()) {
      throw new UnsupportedLayerException(
          "it makes " + shape + " of " + shape(value) + ", which has another number of elements");
    }
    long[] lengths = new long[shape.rank()];
    for (int axis = 0; axis < lengths.length; axis++) {
      lengths[axis] = shape.length(axis);
    }
    return node("Reshape", output, shape, List.of(value, integers(lengths)));
  }

  /** The model file, for every graph input given. */
  public byte[] toBytes() {
    return toBytes(graph);
  }

  /**
   * A graph without inputs that answers constant values of this one.
   *
   * @param values each of which {@link #isConstant}
   */
  OnnxGraph constantPart(Collection<String> values) {
    OnnxGraph part = new OnnxGraph(List.of(prefix));
    Map<String, NodeProto> nodes = new LinkedHashMap<>();
    Deque<String> wanted = new ArrayDeque<>(values);
    Set<String> seen = new HashSet<>();
    while (!wanted.isEmpty()) {
      String value = wanted.pop();
      if (!seen.add(value)) {
        continue;
      }
      part.types.put(value, type(value));
      NodeProto maker = constants.get(value);
      if (maker == null) {
        part.graph.addInitializer(initializers.get(value));
      } else if (nodes.put(maker.getName(), maker) == null) {
        maker.getInputList().stream().filter(input -> !input.isEmpty()).forEach(wanted::push);
        maker.getOutputList().stream()
            .filter(output -> !output.isEmpty())
            .forEach(output -> part.types.put(output, type(output)));
      }
    }
    // In the order in which they were made: a node stands behind those that it reads.
    for (NodeProto node : graph.getNodeList()) {
      if (nodes.containsKey(node.getName())) {
        part.graph.addNode(node);
      }
    }
    return part;
  }

  private static byte[] toBytes(GraphProto.Builder graph) {
    return ModelProto.newBuilder()
        .setIrVersion(FORMAT_VERSION)
        .setProducerName("quantsweep")
        .addOpsetImport(
            OperatorSetIdProto.newBuilder().setDomain("").setVersion(OnnxOperators.OPERATOR_SET))
        .setGraph(graph)
        .build()
        .toByteArray();
  }

  private static TensorProto tensor(String name, Shape shape, ElementType type, ByteString bytes) {
    TensorProto.Builder tensor =
        TensorProto.newBuilder().setName(name).setDataType(type.number()).setRawData(bytes);
    for (int length : shape.lengths()) {
      tensor.addDims(length);
    }
    return tensor.build();
  }

  private static ValueInfoProto info(String name, ValueType type) {
    TensorShapeProto.Builder lengths = TensorShapeProto.newBuilder();
    for (Dimension dimension : type.dimensions()) {
      TensorShapeProto.Dimension.Builder length = TensorShapeProto.Dimension.newBuilder();
      dimension.length().ifPresent(length::setDimValue);
      lengths.addDim(length);
    }
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(
            TypeProto.newBuilder()
                .setTensorType(
                    TypeProto.Tensor.newBuilder()
                        .setElemType(type.element().number())
                        .setShape(lengths)))
        .build();
  }
}
