package org.quantsweep.inference.onnx.program;

import java.util.ArrayList;
import java.util.List;
import org.quantsweep.coreml.Window;
import org.quantsweep.inference.onnx.Attribute;
import org.quantsweep.inference.onnx.Axes;
import org.quantsweep.inference.onnx.Cut;
import org.quantsweep.inference.onnx.OnnxGraph;
import org.quantsweep.inference.onnx.Slices;
import org.quantsweep.inference.onnx.UnsupportedLayerException;
import org.quantsweep.tensor.Shape;

/** Cutting arrays apart and putting them together. */
final class SliceOperations {
  private SliceOperations() {}

  /** What a slice by index takes: a cut along every axis, and the axes that it drops. */
  private record Taken(List<Cut> cuts, List<Boolean> dropped) {
    Shape shape() {
      return Shape.of(cuts.stream().map(Cut::length).toList());
    }

    Shape withoutDropped() {
      List<Integer> lengths = new ArrayList<>();
      for (int axis = 0; axis < cuts.size(); axis++) {
        if (!dropped.get(axis)) {
          lengths.add(cuts.get(axis).length());
        }
      }
      return Shape.of(lengths);
    }
  }

  private static Taken taken(OperationNode node) {
    Shape from = node.shape("x");
    List<Integer> begins = node.integers("begin");
    List<Integer> ends = node.integers("end");
    List<Integer> steps = node.integers("stride", List.of());
    List<Boolean> beginMask = node.flags("begin_mask");
    List<Boolean> endMask = node.flags("end_mask");
    List<Boolean> squeezed = node.flags("squeeze_mask");
    List<Cut> cuts = new ArrayList<>();
    List<Boolean> dropped = new ArrayList<>();
    for (int axis = 0; axis < from.rank(); axis++) {
      int length = from.length(axis);
      int step = steps.isEmpty() ? 1 : steps.get(axis);
      boolean drops = at(squeezed, axis);
      dropped.add(drops);
      if (drops) {
        long place = at(beginMask, axis) ? 0 : begins.get(axis);
        place = place < 0 ? place + length : place;
        if (place < 0 || place >= length) {
          throw new UnsupportedLayerException(
              "it takes element " + begins.get(axis) + " of an axis of " + length);
        }
        cuts.add(Cut.of(length, place, place + 1, 1));
      } else {
        long begin = at(beginMask, axis) ? (step < 0 ? length - 1L : 0) : begins.get(axis);
        long end = at(endMask, axis) ? (step < 0 ? Cut.BEFORE_FIRST : length) : ends.get(axis);
        cuts.add(Cut.of(length, begin, end, step));
      }
    }
    return new Taken(cuts, dropped);
  }

  private static boolean at(List<Boolean> flags, int axis) {
    return axis < flags.size() && flags.get(axis);
  }

  static void byIndex(OperationNode node) {
    Taken taken = taken(node);
    OnnxGraph graph = node.graph();
    String cut = Slices.cut(graph, node.input("x"), taken.cuts());
    node.answer(taken.dropped().contains(true) ? graph.reshape(cut, taken.withoutDropped()) : cut);
  }

  /** A size of -1 takes the rest. */
  static void bySize(OperationNode node) {
    Shape from = node.shape("x");
    List<Integer> begins = node.integers("begin");
    List<Integer> sizes = node.integers("size");
    List<Cut> cuts = new ArrayList<>();
    for (int axis = 0; axis < from.rank(); axis++) {
      int length = from.length(axis);
      int begin = begins.get(axis) < 0 ? begins.get(axis) + length : begins.get(axis);
      int size = sizes.get(axis);
      cuts.add(Cut.of(length, begin, size == -1 ? length : (long) begin + size, 1));
    }
    node.answer(Slices.cut(node.graph(), node.input("x"), cuts));
  }

  /** The input with a part of it replaced. */
  static void update(OperationNode node) {
    Taken taken = taken(node);
    Shape from = node.shape("x");
    OnnxGraph graph = node.graph();
    int count = Math.toIntExact(taken.shape().elementCount());
    long[] places = new long[count];
    int[] at = new int[from.rank()];
    for (int i = 0; i < count; i++) {
      long place = 0;
      for (int axis = 0; axis < at.length; axis++) {
        Cut cut = taken.cuts().get(axis);
        place = place * from.length(axis) + cut.begin() + at[axis] * cut.step();
      }
      places[i] = place;
      for (int axis = at.length - 1; axis >= 0; axis--) {
        at[axis]++;
        if (at[axis] < taken.cuts().get(axis).length()) {
          break;
        }
        at[axis] = 0;
      }
    }
    Shape flat = Shape.of(Math.toIntExact(from.elementCount()));
    String update = node.input("update");
    Shape given = graph.shape(update);
    if (given.elementCount() != count) {
      update = ShapeOperations.expanded(graph, update, taken.withoutDropped());
    }
    String updated =
        graph.node(
            "ScatterND",
            flat,
            List.of(
                graph.reshape(node.input("x"), flat),
                graph.longs(Shape.of(count, 1), places),
                graph.reshape(update, Shape.of(count))));
    node.answer(graph.reshape(updated, from));
  }

  static void concat(OperationNode node) {
    OnnxGraph graph = node.graph();
    List<String> values = new ArrayList<>();
    for (String value : node.inputs("values")) {
      values.add(graph.shape(value).rank() == 0 ? graph.reshape(value, Shape.of(1)) : value);
    }
    int axis = Axes.place(node.integer("axis"), graph.shape(values.get(0)).rank());
    if (!node.flag("interleave", false)) {
      node.answer(values.size() == 1 ? values.get(0) : Slices.concatenated(graph, values, axis));
      return;
    }
    int[] lengths = graph.shape(values.get(0)).lengths();
    lengths[axis] *= values.size();
    node.answer(graph.reshape(Slices.stacked(graph, values, axis + 1), Shape.of(lengths)));
  }

  static void stack(OperationNode node) {
    OnnxGraph graph = node.graph();
    List<String> values = node.inputs("values");
    int axis = Axes.place(node.integer("axis"), graph.shape(values.get(0)).rank() + 1);
    node.answer(Slices.stacked(graph, values, axis));
  }

  static void split(OperationNode node) {
    OnnxGraph graph = node.graph();
    Shape from = node.shape("x");
    int axis = Axes.place(node.integer("axis"), from.rank());
    List<Integer> sizes;
    if (node.has("split_sizes")) {
      sizes = node.integers("split_sizes");
    } else {
      int parts = node.integer("num_splits");
      if (parts < 1 || from.length(axis) % parts != 0) {
        throw new UnsupportedLayerException(
            "it splits axis " + axis + " of " + from + " into " + parts + " parts");
      }
      sizes = java.util.Collections.nCopies(parts, from.length(axis) / parts);
    }
    List<String> parts = new ArrayList<>();
    for (int i = 0; i < sizes.size(); i++) {
      parts.add(graph.freshName());
    }
    Slices.split(graph, node.input("x"), axis, sizes, parts);
    for (int i = 0; i < parts.size(); i++) {
      node.answer(i, parts.get(i));
    }
  }

  static void reverse(OperationNode node) {
    Shape from = node.shape("x");
    List<Integer> axes =
        node.integers("axes", List.of()).stream()
            .map(axis -> Axes.place(axis, from.rank()))
            .toList();
    List<Cut> cuts = new ArrayList<>();
    for (int axis = 0; axis < from.rank(); axis++) {
      int length = from.length(axis);
      boolean turned = !node.has("axes") || axes.contains(axis);
      cuts.add(
          turned
              ? Cut.of(length, length - 1L, Cut.BEFORE_FIRST, -1)
              : Cut.of(length, 0, length, 1));
    }
    node.answer(Slices.cut(node.graph(), node.input("x"), cuts));
  }

  /** The first elements of each sequence in the opposite order, as many as its length says. */
  static void reverseSequence(OperationNode node) {
    OnnxGraph graph = node.graph();
    Shape from = node.shape("x");
    int sequence = Axes.place(node.integer("seq_axis", 0), from.rank());
    int batch = Axes.place(node.integer("batch_axis", 0), from.rank());
    if (sequence == batch) {
      throw new UnsupportedLayerException("its sequences and its batch lie along one axis");
    }
    // ONNX has an operator for the first two axes only.
    int[] order = new int[from.rank()];
    int[] back = new int[from.rank()];
    order[0] = sequence;
    order[1] = batch;
    int next = 2;
    for (int axis = 0; axis < order.length; axis++) {
      if (axis != sequence && axis != batch) {
        order[next] = axis;
        next++;
      }
    }
    for (int axis = 0; axis < order.length; axis++) {
      back[order[axis]] = axis;
    }
    String moved = graph.transpose(node.input("x"), order);
    String turned =
        graph.node(
            "ReverseSequence",
            graph.shape(moved),
            List.of(moved, graph.toIntegers(node.input("lengths"))),
            Attribute.of("time_axis", 0),
            Attribute.of("batch_axis", 1));
    node.answer(graph.transpose(turned, back));
  }

  /** All windows of a size along an axis, beside each other on a new axis behind it. */
  static void windows(OperationNode node) {
    Shape from = node.shape("x");
    int axis = Axes.place(node.integer("axis"), from.rank());
    int size = node.integer("size");
    int step = node.integer("stride", 1);
    int count = Window.valid(from.length(axis), size, step, 0, 0).output();
    long[] places = new long[Math.multiplyExact(count, size)];
    for (int i = 0; i < places.length; i++) {
      places[i] = (long) (i / size) * step + i % size;
    }
    OnnxGraph graph = node.graph();
    List<Integer> lengths = Axes.lengths(from);
    lengths.set(axis, count);
    lengths.add(axis + 1, size);
    node.answer(
        graph.node(
            "Gather",
            Shape.of(lengths),
            List.of(node.input("x"), graph.longs(Shape.of(count, size), places)),
            Attribute.of("axis", axis)));
  }

  /** Elements cut off at both ends of the last two axes. */
  static void crop(OperationNode node) {
    Shape from = node.shape("x");
    List<Integer> height = node.integers("crop_height");
    List<Integer> width = node.integers("crop_width");
    List<Cut> cuts = new ArrayList<>();
    for (int axis = 0; axis < from.rank(); axis++) {
      int length = from.length(axis);
      List<Integer> amounts =
          axis == from.rank() - 2 ? height : axis == from.rank() - 1 ? width : List.of(0, 0);
      cuts.add(Cut.of(length, amounts.get(0), (long) length - amounts.get(1), 1));
    }
    node.answer(Slices.cut(node.graph(), node.input("x"), cuts));
  }
}
