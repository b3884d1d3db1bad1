package org.quantsweep.inference.onnx.program;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.quantsweep.inference.onnx.Attribute;
import org.quantsweep.inference.onnx.Axes;
import org.quantsweep.inference.onnx.Cut;
import org.quantsweep.inference.onnx.OnnxGraph;
import org.quantsweep.inference.onnx.Slices;
import org.quantsweep.inference.onnx.UnsupportedLayerException;
import org.quantsweep.tensor.Shape;

/**
 * Arrays with some elements replaced, or combined with others. Places that occur twice are combined
 * in turn.
 */
final class ScatterOperations {
  /** Updates are combined one after the other where the engine cannot do it at once. */
  static final int MOST_IN_TURN = 1024;

  private ScatterOperations() {}

  /** What becomes of an element and its update. */
  private enum Mode {
    UPDATE,
    ADD,
    SUB,
    MUL,
    DIV,
    MAX,
    MIN;

    static Mode of(OperationNode node) {
      String text = node.text("mode", "add");
      for (Mode mode : values()) {
        if (mode.name().equalsIgnoreCase(text)) {
          return mode;
        }
      }
      throw new UnsupportedLayerException("its mode '" + text + "' is not known");
    }

    /** Whether one operator of the engine does it, whatever occurs twice. */
    boolean isAtOnce() {
      return this == UPDATE || this == ADD || this == SUB || this == MUL;
    }

    /** The attribute of that operator. */
    Attribute reduction() {
      return Attribute.of("reduction", this == UPDATE ? "none" : this == MUL ? "mul" : "add");
    }

    String combined(OnnxGraph graph, String old, String update) {
      return switch (this) {
        case UPDATE -> update;
        case ADD -> graph.binary("Add", old, update);
        case SUB -> graph.binary("Sub", old, update);
        case MUL -> graph.binary("Mul", old, update);
        case DIV -> graph.binary("Div", old, update);
        case MAX -> graph.binary("Max", old, update);
        case MIN -> graph.binary("Min", old, update);
      };
    }
  }

  private static String negated(OnnxGraph graph, String value, Mode mode) {
    return mode == Mode.SUB ? graph.binary("Sub", graph.binary("Sub", value, value), value) : value;
  }

  /** Whole slices of the data at places along an axis. */
  static void slices(OperationNode node) {
    OnnxGraph graph = node.graph();
    Shape data = node.shape("data");
    int axis = Axes.place(node.integer("axis", 0), data.rank());
    int count = Math.toIntExact(node.shape("indices").elementCount());
    int[] along = new int[data.rank()];
    Arrays.fill(along, 1);
    along[axis] = count;
    String places = graph.reshape(Places.along(node, data.length(axis)), Shape.of(along));
    // Places of several axes stand for as many slices, one behind the other.
    int[] lengths = data.lengths();
    lengths[axis] = count;
    Shape slices = Shape.of(lengths);
    String updates = graph.reshape(node.input("updates"), slices);
    String everywhere = ShapeOperations.expanded(graph, places, slices);
    node.answer(elements(node, everywhere, updates, axis));
  }

  /** Elements of the data at places along an axis. */
  static void alongAxis(OperationNode node) {
    Shape data = node.shape("data");
    int axis = Axes.place(node.integer("axis", 0), data.rank());
    node.answer(elements(node, Places.along(node, data.length(axis)), node.input("updates"), axis));
  }

  private static String elements(OperationNode node, String places, String updates, int axis) {
    OnnxGraph graph = node.graph();
    Mode mode = Mode.of(node);
    Shape data = node.shape("data");
    if (mode.isAtOnce()) {
      return graph.node(
          "ScatterElements",
          data,
          List.of(node.input("data"), places, negated(graph, updates, mode)),
          Attribute.of("axis", axis),
          mode.reduction());
    }
    Shape shape = graph.shape(updates);
    requireFew(shape.length(axis));
    String value = node.input("data");
    for (int i = 0; i < shape.length(axis); i++) {
      Cut one = Cut.of(shape.length(axis), i, i + 1L, 1);
      String place = Slices.cut(graph, places, axis, one);
      String update = Slices.cut(graph, updates, axis, one);
      String old =
          graph.node(
              "GatherElements",
              graph.shape(place),
              List.of(value, place),
              Attribute.of("axis", axis));
      value =
          graph.node(
              "ScatterElements",
              data,
              List.of(value, place, mode.combined(graph, old, update)),
              Attribute.of("axis", axis));
    }
    return value;
  }

  private static void requireFew(int count) {
    if (count > MOST_IN_TURN) {
      throw new UnsupportedLayerException(
          "it combines " + count + " updates in turn, more than " + MOST_IN_TURN);
    }
  }

  /** Slices of the data at places that the last axis of the indices holds a way to. */
  static void ways(OperationNode node) {
    OnnxGraph graph = node.graph();
    Mode mode = Mode.of(node);
    Shape data = node.shape("data");
    int way = node.shape("indices").length(-1);
    String places = Places.ways(node, Axes.lengths(data).subList(0, way));
    String updates = node.input("updates");
    if (mode.isAtOnce()) {
      node.answer(
          graph.node(
              "ScatterND",
              data,
              List.of(node.input("data"), places, negated(graph, updates, mode)),
              mode.reduction()));
      return;
    }
    Shape ways = graph.shape(places);
    int steps = ways.length(-1);
    int count = Math.toIntExact(ways.elementCount() / Math.max(1, steps));
    requireFew(count);
    List<Integer> rest = Axes.lengths(data).subList(steps, data.rank());
    List<Integer> rows = new ArrayList<>(List.of(count));
    rows.addAll(rest);
    String flatPlaces = graph.reshape(places, Shape.of(count, steps));
    String flatUpdates = graph.reshape(updates, Shape.of(rows));
    List<Integer> row = new ArrayList<>(List.of(1));
    row.addAll(rest);
    String value = node.input("data");
    for (int i = 0; i < count; i++) {
      Cut one = Cut.of(count, i, i + 1L, 1);
      String place = Slices.cut(graph, flatPlaces, 0, one);
      String update = Slices.cut(graph, flatUpdates, 0, one);
      String old = graph.node("GatherND", Shape.of(row), List.of(value, place));
      value =
          graph.node("ScatterND", data, List.of(value, place, mode.combined(graph, old, update)));
    }
    node.answer(value);
  }
}
