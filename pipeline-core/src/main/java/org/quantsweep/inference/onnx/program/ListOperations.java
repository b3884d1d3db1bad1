package org.quantsweep.inference.onnx.program;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.quantsweep.coreml.mlprogram.DataType;
import org.quantsweep.coreml.mlprogram.TensorValue;
import org.quantsweep.inference.onnx.Cut;
import org.quantsweep.inference.onnx.OnnxGraph;
import org.quantsweep.inference.onnx.Slices;
import org.quantsweep.inference.onnx.UnsupportedLayerException;
import org.quantsweep.tensor.Shape;

/**
 * Lists of arrays. A list has no place in a graph: its elements are followed here, so the places
 * that are read and written have to be known.
 */
final class ListOperations {
  static final int MOST_ELEMENTS = 100_000;

  private ListOperations() {}

  static void make(OperationNode node) {
    int length = node.integer("init_length", 1);
    requireLength(length);
    List<Integer> shape = new ArrayList<>();
    for (Value value : node.severalValues("elem_shape")) {
      TensorValue lengths = node.program().constant(value);
      if (lengths.type() == DataType.STRING) {
        lengths.texts().forEach(symbol -> shape.add(-1));
      } else {
        for (long each : lengths.integers()) {
          shape.add((int) each);
        }
      }
    }
    node.answerValue(
        0,
        new Value.Elements(
            Collections.nCopies(length, new Value.Unwritten()),
            type(node.text("dtype", "fp32")),
            shape));
  }

  private static void requireLength(int length) {
    if (length < 0 || length > MOST_ELEMENTS) {
      throw new UnsupportedLayerException(
          "its list has " + length + " elements, more than " + MOST_ELEMENTS);
    }
  }

  private static DataType type(String name) {
    return switch (name) {
      case "fp16" -> DataType.FLOAT16;
      case "fp32" -> DataType.FLOAT32;
      case "int32" -> DataType.INT32;
      case "bool" -> DataType.BOOL;
      default -> throw new UnsupportedLayerException("its dtype '" + name + "' is not known");
    };
  }

  private static Value.Elements list(OperationNode node) {
    if (node.value("ls") instanceof Value.Elements list) {
      return list;
    }
    throw new UnsupportedLayerException("its parameter 'ls' is no list");
  }

  static void length(OperationNode node) {
    int length = list(node).elements().size();
    node.answerConstant(0, TensorValue.integers(DataType.INT32, Shape.of(), length));
  }

  static void write(OperationNode node) {
    Value.Elements list = list(node);
    int place = place(node.integer("index"), list);
    requireLength(place + 1);
    Value value = node.value("value");
    node.answerValue(0, list.with(place, value, node.program().shape(value)));
  }

  private static int place(int index, Value.Elements list) {
    int place = index < 0 ? index + list.elements().size() : index;
    if (place < 0) {
      throw new UnsupportedLayerException(
          "it takes element " + index + " of a list of " + list.elements().size());
    }
    return place;
  }

  static void read(OperationNode node) {
    Value.Elements list = list(node);
    node.answer(element(node, list, node.integer("index")));
  }

  private static String element(OperationNode node, Value.Elements list, int index) {
    int place = place(index, list);
    if (place >= list.elements().size()) {
      throw new UnsupportedLayerException(
          "it takes element " + index + " of a list of " + list.elements().size());
    }
    Value element = list.elements().get(place);
    if (!(element instanceof Value.Unwritten)) {
      return node.program().name(element);
    }
    if (list.shape().contains(-1)) {
      throw new UnsupportedLayerException(
          "it takes element " + index + " of a list that nothing was written to");
    }
    OnnxGraph graph = node.graph();
    String zero = ElementwiseOperations.scalarLike(node, list.type(), 0);
    return ShapeOperations.expanded(graph, zero, Shape.of(list.shape()));
  }

  static void gather(OperationNode node) {
    Value.Elements list = list(node);
    List<String> taken = new ArrayList<>();
    for (int index : node.integers("indices")) {
      taken.add(element(node, list, index));
    }
    if (taken.isEmpty()) {
      throw new UnsupportedLayerException("it takes no element of its list");
    }
    node.answer(Slices.stacked(node.graph(), taken, 0));
  }

  static void scatter(OperationNode node) {
    Value.Elements list = list(node);
    List<Integer> places = node.integers("indices");
    OnnxGraph graph = node.graph();
    String values = node.input("value");
    Shape shape = graph.shape(values);
    List<Integer> rest = new ArrayList<>();
    for (int axis = 1; axis < shape.rank(); axis++) {
      rest.add(shape.length(axis));
    }
    for (int i = 0; i < places.size(); i++) {
      String cut = Slices.cut(graph, values, 0, Cut.of(shape.length(0), i, i + 1L, 1));
      Value element =
          new Value.Computed(graph.reshape(cut, Shape.of(rest)), node.dataType("value"));
      int place = place(places.get(i), list);
      requireLength(place + 1);
      list = list.with(place, element, Shape.of(rest));
    }
    node.answerValue(0, list);
  }
}
