package org.quantsweep.inference.onnx;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.quantsweep.proto.onnx.AttributeProto;
import org.quantsweep.proto.onnx.GraphProto;
import org.quantsweep.proto.onnx.ModelProto;
import org.quantsweep.proto.onnx.NodeProto;
import org.quantsweep.proto.onnx.OperatorSetIdProto;
import org.quantsweep.proto.onnx.TensorProto;
import org.quantsweep.proto.onnx.TensorShapeProto;
import org.quantsweep.proto.onnx.TypeProto;
import org.quantsweep.proto.onnx.ValueInfoProto;
import org.quantsweep.tensor.Shape;

/** An ONNX graph that grows, with the shape of every float32 value in it. */
final class OnnxGraph {
  private static final int OPERATOR_SET = 17;
  private static final int FORMAT_VERSION = 8;

  /** Two GiB of float32: more is a broken file, not a network. */
  private static final long MOST_ELEMENTS = 1L << 29;

  private final GraphProto.Builder graph = GraphProto.newBuilder().setName("model");
  private final Map<String, Shape> shapes = new HashMap<>();
  private final String prefix;
  private int fresh;

  /** A graph for a network whose blobs have these names. */
  OnnxGraph(Iterable<String> blobs) {
    StringBuilder sign = new StringBuilder("\u00a7");
    boolean taken = true;
    while (taken) {
      taken = false;
      for (String blob : blobs) {
        taken |= blob.startsWith(sign.toString());
      }
      if (taken) {
        sign.append('\u00a7');
      }
    }
    this.prefix = sign.toString();
  }

  /** The shape of a value that some node has made. */
  Shape shape(String value) {
    Shape shape = shapes.get(value);
    if (shape == null) {
      throw new IllegalStateException("value '" + value + "' is used before it is made.");
    }
    return shape;
  }

  boolean has(String value) {
    return shapes.containsKey(value);
  }

  /** A name that no blob of the network has: none of them begins like it. */
  String freshName() {
    return prefix + fresh++;
  }

  void input(String name, Shape shape) {
    graph.addInput(info(name, shape));
    shapes.put(name, shape);
  }

  void output(String name) {
    graph.addOutput(info(name, shape(name)));
  }

  /** A float32 constant. */
  String constant(Shape shape, float... values) {
    String name = freshName();
    ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    graph.addInitializer(
        tensor(name, shape, TensorProto.DataType.FLOAT, UnsafeByteOperations.unsafeWrap(bytes)));
    shapes.put(name, shape);
    return name;
  }

  /** A vector of int64, as operators take shapes, axes and pads. */
  String integers(long... values) {
    String name = freshName();
    ByteBuffer bytes = ByteBuffer.allocate(8 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asLongBuffer().put(values);
    graph.addInitializer(
        tensor(
            name,
            Shape.of(values.length),
            TensorProto.DataType.INT64,
            UnsafeByteOperations.unsafeWrap(bytes)));
    return name;
  }

  /** Adds a node with one output of a known shape. */
  String node(
      String operator,
      String output,
      Shape shape,
      List<String> inputs,
      AttributeProto... attributes) {
    nodes(operator, List.of(output), List.of(shape), inputs, attributes);
    return output;
  }

  /** Adds a node with several outputs of known shapes. */
  void nodes(
      String operator,
      List<String> outputs,
      List<Shape> made,
      List<String> inputs,
      AttributeProto... attributes) {
    for (int i = 0; i < outputs.size(); i++) {
      long elements = made.get(i).elementCount();
      if (elements > MOST_ELEMENTS) {
        throw new UnsupportedLayerException(
            "it makes " + elements + " numbers, more than " + MOST_ELEMENTS);
      }
      shapes.put(outputs.get(i), made.get(i));
    }
    graph.addNode(
        NodeProto.newBuilder()
            .setOpType(operator)
            .setName(outputs.get(0))
            .addAllInput(inputs)
            .addAllOutput(outputs)
            .addAllAttribute(List.of(attributes)));
  }

  /** Adds a node whose output has a fresh name. */
  String node(String operator, Shape shape, List<String> inputs, AttributeProto... attributes) {
    return node(operator, freshName(), shape, inputs, attributes);
  }

  /** Another name for a value; the engine removes the node. */
  void bind(String output, String value) {
    node("Identity", output, shape(value), List.of(value));
  }

  /** A function of one element. */
  String unary(String operator, String value, AttributeProto... attributes) {
    return node(operator, shape(value), List.of(value), attributes);
  }

  /** A function of two elements that broadcasts. */
  String binary(String operator, String one, String other) {
    return node(operator, Elementwise.broadcast(shape(one), shape(other)), List.of(one, other));
  }

  /** A float32 constant of rank 0. */
  String scalar(float value) {
    return constant(Shape.of(), value);
  }

  String toFloats(String value) {
    return unary("Cast", value, attribute("to", (long) TensorProto.DataType.FLOAT_VALUE));
  }

  /** Rounds towards zero. */
  String toIntegers(String value) {
    return unary("Cast", value, attribute("to", (long) TensorProto.DataType.INT64_VALUE));
  }

  /** Whether each element differs from 0, as a value that only logic may read. */
  String toBooleans(String value) {
    return unary("Cast", value, attribute("to", (long) TensorProto.DataType.BOOL_VALUE));
  }

  String transpose(String value, int... axes) {
    Shape from = shape(value);
    int[] lengths = new int[axes.length];
    for (int axis = 0; axis < axes.length; axis++) {
      lengths[axis] = from.length(axes[axis]);
    }
    return node("Transpose", Shape.of(lengths), List.of(value), attribute("perm", axes));
  }

  /** The same numbers in another shape. */
  String reshape(String value, Shape shape) {
    return reshape(value, shape, freshName());
  }

  /** The same numbers in another shape. */
  String reshape(String value, Shape shape, String output) {
    long[] lengths = new long[shape.rank()];
    for (int axis = 0; axis < lengths.length; axis++) {
      lengths[axis] = shape.length(axis);
    }
    return node("Reshape", output, shape, List.of(value, integers(lengths)));
  }

  static AttributeProto attribute(String name, boolean value) {
    return attribute(name, value ? 1L : 0L);
  }

  static AttributeProto attribute(String name, long value) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeProto.AttributeType.INT)
        .setI(value)
        .build();
  }

  static AttributeProto attribute(String name, float value) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeProto.AttributeType.FLOAT)
        .setF(value)
        .build();
  }

  static AttributeProto attribute(String name, String value) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeProto.AttributeType.STRING)
        .setS(ByteString.copyFromUtf8(value))
        .build();
  }

  static AttributeProto attribute(String name, int... values) {
    AttributeProto.Builder attribute =
        AttributeProto.newBuilder().setName(name).setType(AttributeProto.AttributeType.INTS);
    for (int value : values) {
      attribute.addInts(value);
    }
    return attribute.build();
  }

  byte[] toBytes() {
    return ModelProto.newBuilder()
        .setIrVersion(FORMAT_VERSION)
        .setProducerName("quantsweep")
        .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("").setVersion(OPERATOR_SET))
        .setGraph(graph)
        .build()
        .toByteArray();
  }

  private static TensorProto tensor(
      String name, Shape shape, TensorProto.DataType type, ByteString bytes) {
    TensorProto.Builder tensor =
        TensorProto.newBuilder().setName(name).setDataType(type.getNumber()).setRawData(bytes);
    for (int length : shape.lengths()) {
      tensor.addDims(length);
    }
    return tensor.build();
  }

  private static ValueInfoProto info(String name, Shape shape) {
    TensorShapeProto.Builder lengths = TensorShapeProto.newBuilder();
    for (int length : shape.lengths()) {
      lengths.addDim(TensorShapeProto.Dimension.newBuilder().setDimValue(length));
    }
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(
            TypeProto.newBuilder()
                .setTensorType(
                    TypeProto.Tensor.newBuilder()
                        .setElemType(TensorProto.DataType.FLOAT.getNumber())
                        .setShape(lengths)))
        .build();
  }
}
