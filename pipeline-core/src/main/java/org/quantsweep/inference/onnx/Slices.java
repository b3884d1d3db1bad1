package org.quantsweep.inference.onnx;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;
import org.quantsweep.tensor.Shape;

/** Cutting arrays apart and putting them together. */
public final class Slices {
  private Slices() {}

  /** A cut along one axis. */
  public static String cut(OnnxGraph graph, String value, int axis, Cut cut) {
    int[] lengths = graph.shape(value).lengths();
    lengths[axis] = cut.length();
    return graph.node(
        "Slice",
        Shape.of(lengths),
        List.of(
            value,
            graph.integers(cut.begin()),
            graph.integers(cut.end()),
            graph.integers(axis),
            graph.integers(cut.step())));
  }

  /** A cut along every axis. */
  public static String cut(OnnxGraph graph, String value, List<Cut> cuts) {
    long[] axes = new long[cuts.size()];
    for (int axis = 0; axis < axes.length; axis++) {
      axes[axis] = axis;
    }
    return graph.node(
        "Slice",
        Shape.of(cuts.stream().map(Cut::length).toList()),
        List.of(
            value,
            numbers(graph, cuts, Cut::begin),
            numbers(graph, cuts, Cut::end),
            graph.integers(axes),
            numbers(graph, cuts, Cut::step)));
  }

  private static String numbers(OnnxGraph graph, List<Cut> cuts, ToLongFunction<Cut> number) {
    return graph.integers(cuts.stream().mapToLong(number).toArray());
  }

  /** Values beside each other on a new axis. */
  public static String stacked(OnnxGraph graph, List<String> values, int axis) {
    List<String> expanded = new ArrayList<>();
    for (String value : values) {
      List<Integer> lengths = Axes.lengths(graph.shape(value));
      lengths.add(axis, 1);
      expanded.add(graph.reshape(value, Shape.of(lengths)));
    }
    return concatenated(graph, expanded, axis);
  }

  /**
   * Values one after the other along an axis that they have.
   *
   * @throws UnsupportedLayerException when their other axes differ
   */
  public static String concatenated(OnnxGraph graph, List<String> values, int axis) {
    Shape first = graph.shape(values.get(0));
    int[] lengths = first.lengths();
    lengths[axis] = 0;
    for (String value : values) {
      Shape shape = graph.shape(value);
      boolean fits = shape.rank() == first.rank();
      for (int other = 0; fits && other < lengths.length; other++) {
        fits = other == axis || shape.length(other) == lengths[other];
      }
      if (!fits) {
        throw new UnsupportedLayerException(
            "its inputs " + first + " and " + shape + " do not fit");
      }
      lengths[axis] += shape.length(axis);
    }
    return graph.node("Concat", Shape.of(lengths), values, Attribute.of("axis", axis));
  }

  /**
   * A value in parts along an axis.
   *
   * @param sizes the length of each part; their sum is the axis's
   * @param outputs the names of the parts
   */
  public static void split(
      OnnxGraph graph, String value, int axis, List<Integer> sizes, List<String> outputs) {
    Shape input = graph.shape(value);
    List<Shape> shapes = new ArrayList<>();
    for (int size : sizes) {
      int[] lengths = input.lengths();
      lengths[axis] = size;
      shapes.add(Shape.of(lengths));
    }
    long[] lengths = sizes.stream().mapToLong(Integer::longValue).toArray();
    graph.nodes(
        "Split",
        outputs,
        shapes,
        List.of(value, graph.integers(lengths)),
        Attribute.of("axis", axis));
  }
}
