package org.quantsweep.inference.onnx.program;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.quantsweep.coreml.mlprogram.DataType;
import org.quantsweep.coreml.mlprogram.Opset;
import org.quantsweep.coreml.mlprogram.TensorValue;
import org.quantsweep.inference.onnx.Axes;
import org.quantsweep.inference.onnx.OnnxGraph;
import org.quantsweep.inference.onnx.UnsupportedLayerException;
import org.quantsweep.tensor.Shape;

/** The same elements in other shapes, and arrays of one number. */
final class ShapeOperations {
  private ShapeOperations() {}

  static void identity(OperationNode node) {
    node.answerValue(0, node.value("x"));
  }

  static void shape(OperationNode node) {
    Shape shape = node.shape("x");
    long[] lengths = new long[shape.rank()];
    for (int axis = 0; axis < lengths.length; axis++) {
      lengths[axis] = shape.length(axis);
    }
    node.answerConstant(
        0, TensorValue.integers(node.outputType(0), Shape.of(lengths.length), lengths));
  }

  static void reshape(OperationNode node) {
    Shape from = node.shape("x");
    List<Integer> wanted = new ArrayList<>(node.integers("shape"));
    for (int i = 0; i < wanted.size(); i++) {
      if (wanted.get(i) == 0) {
        wanted.set(i, copied(node, from, i, wanted.size()));
      }
    }
    to(node, inferred(wanted, from));
  }

  /** A 0 takes a length over; from iOS 17 on axes are counted from the right. */
  private static int copied(OperationNode node, Shape from, int place, int rank) {
    if (from.elementCount() == 0) {
      return 0;
    }
    if (node.isSince(Opset.IOS17)) {
      int axis = from.rank() - (rank - place);
      return axis < 0 ? 1 : from.length(axis);
    }
    if (place >= from.rank()) {
      throw new UnsupportedLayerException(
          "its shape copies axis " + place + " of an input " + from);
    }
    return from.length(place);
  }

  private static Shape inferred(List<Integer> wanted, Shape from) {
    int open = wanted.indexOf(-1);
    long known = 1;
    for (int i = 0; i < wanted.size(); i++) {
      if (i != open) {
        known = Math.multiplyExact(known, wanted.get(i));
      }
    }
    if (open >= 0) {
      if (known <= 0 || from.elementCount() % known != 0) {
        throw new UnsupportedLayerException("its shape " + wanted + " does not fit " + from);
      }
      wanted.set(open, Math.toIntExact(from.elementCount() / known));
    } else if (known != from.elementCount()) {
      throw new UnsupportedLayerException("its shape " + wanted + " does not fit " + from);
    }
    return Shape.of(wanted);
  }

  private static void to(OperationNode node, Shape shape) {
    node.answer(node.graph().reshape(node.input("x"), shape));
  }

  /** The shape is put together from parts of other values' shapes. */
  static void reshapeLike(OperationNode node) {
    List<Value> references = node.severalValues("ref_tensors");
    List<Value> begins = node.severalValues("begins");
    List<Value> ends = node.severalValues("ends");
    List<Value> masks = node.severalValues("end_masks");
    List<Integer> lengths = new ArrayList<>();
    for (int i = 0; i < references.size(); i++) {
      List<Integer> reference = Axes.lengths(node.program().shape(references.get(i)));
      int begin = one(node, begins.get(i));
      int end = one(node, masks.get(i)) != 0 ? reference.size() : one(node, ends.get(i));
      begin = begin < 0 ? begin + reference.size() : begin;
      end = end < 0 ? end + reference.size() : Math.min(end, reference.size());
      lengths.addAll(reference.subList(begin, Math.max(begin, end)));
    }
    to(node, inferred(lengths, node.shape("x")));
  }

  private static int one(OperationNode node, Value value) {
    return Math.toIntExact(node.program().constant(value).integers()[0]);
  }

  static void expandDimensions(OperationNode node) {
    List<Integer> lengths = Axes.lengths(node.shape("x"));
    List<Integer> asked = node.integers("axes");
    int rank = lengths.size() + asked.size();
    List<Integer> axes =
        new ArrayList<>(asked.stream().map(axis -> Axes.place(axis, rank)).toList());
    Collections.sort(axes);
    for (int axis : axes) {
      lengths.add(axis, 1);
    }
    to(node, Shape.of(lengths));
  }

  /** Axes of other lengths than 1 stay, as in PyTorch. */
  static void squeeze(OperationNode node) {
    Shape from = node.shape("x");
    List<Integer> axes =
        node.integers("axes", List.of()).stream()
            .map(axis -> Axes.place(axis, from.rank()))
            .toList();
    List<Integer> lengths = new ArrayList<>();
    for (int axis = 0; axis < from.rank(); axis++) {
      boolean asked = !node.has("axes") || axes.contains(axis);
      if (!asked || from.length(axis) != 1) {
        lengths.add(from.length(axis));
      }
    }
    to(node, Shape.of(lengths));
  }

  static void transpose(OperationNode node) {
    int rank = node.shape("x").rank();
    int[] axes = node.integers("perm").stream().mapToInt(axis -> Axes.place(axis, rank)).toArray();
    node.answer(node.graph().transpose(node.input("x"), axes));
  }

  static void flatten(OperationNode node) {
    Shape from = node.shape("x");
    int axis = node.integer("axis", 1);
    axis = axis < 0 ? axis + from.rank() : axis;
    int rows = 1;
    for (int i = 0; i < axis; i++) {
      rows = Math.multiplyExact(rows, from.length(i));
    }
    to(node, Shape.of(rows, rows == 0 ? 0 : Math.toIntExact(from.elementCount() / rows)));
  }

  static void tile(OperationNode node) {
    OnnxGraph graph = node.graph();
    int[] lengths = node.shape("x").lengths();
    List<Integer> times = node.integers("reps");
    if (times.size() != lengths.length) {
      throw new UnsupportedLayerException(
          "its repetitions " + times + " do not fit " + node.shape("x"));
    }
    long[] repeats = new long[lengths.length];
    for (int axis = 0; axis < lengths.length; axis++) {
      repeats[axis] = times.get(axis);
      lengths[axis] = Math.multiplyExact(lengths[axis], times.get(axis));
    }
    node.answer(
        graph.node("Tile", Shape.of(lengths), List.of(node.input("x"), graph.integers(repeats))));
  }

  static void fill(OperationNode node) {
    filled(node, Shape.of(node.integers("shape")));
  }

  static void fillLike(OperationNode node) {
    filled(node, node.shape("ref_tensor"));
  }

  private static void filled(OperationNode node, Shape shape) {
    DataType type = node.outputType(0);
    String number = ElementwiseOperations.scalarLike(node, type, node.number("value", 0f));
    node.answer(expanded(node.graph(), number, shape));
  }

  /** A value repeated along axes of length 1 and new ones, so that it has a shape. */
  static String expanded(OnnxGraph graph, String value, Shape shape) {
    long[] lengths = new long[shape.rank()];
    for (int axis = 0; axis < lengths.length; axis++) {
      lengths[axis] = shape.length(axis);
    }
    return graph.node("Expand", shape, List.of(value, graph.integers(lengths)));
  }

  /** Evenly spaced numbers: they are made here, since their count is the shape. */
  static void range(OperationNode node) {
    DataType type = node.outputType(0);
    if (type.isFloat()) {
      float start = node.number("start");
      float step = node.number("step");
      int count = count(((double) node.number("end") - start) / step);
      float[] numbers = new float[count];
      for (int i = 0; i < count; i++) {
        numbers[i] = start + i * step;
      }
      node.answerConstant(0, TensorValue.floats(type, Shape.of(count), () -> numbers));
      return;
    }
    long start = node.integer("start");
    long step = node.integer("step");
    int count = count(((double) node.integer("end") - start) / step);
    long[] numbers = new long[count];
    for (int i = 0; i < count; i++) {
      numbers[i] = start + i * step;
    }
    node.answerConstant(0, TensorValue.integers(type, Shape.of(count), numbers));
  }

  private static int count(double steps) {
    if (!(steps <= 1 << 29)) {
      throw new UnsupportedLayerException("it makes " + steps + " numbers");
    }
    return (int) Math.max(0, Math.ceil(steps));
  }
}
