package org.quantsweep.inference.onnx;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToIntFunction;
import org.quantsweep.tensor.Shape;

/** Largest, mean and root of summed squares over windows of {@code [N, C, axes...]}. */
public final class Poolings {
  private Poolings() {}

  /** What a mean divides by. */
  public enum Counted {
    /** All elements of a window, padding among them. */
    WINDOW,
    /** Elements of the input. */
    ELEMENTS
  }

  /** The largest element of each window. */
  public static void largest(OnnxGraph graph, String input, List<PoolingAxis> axes, String output) {
    requireSmallPadding(axes);
    graph.node(
        "MaxPool",
        output,
        shape(graph.shape(input), axes),
        List.of(input),
        window(axes).toArray(Attribute[]::new));
  }

  /** The root of the sum of the squares in each window. */
  public static void root(OnnxGraph graph, String input, List<PoolingAxis> axes, String output) {
    requireSmallPadding(axes);
    Shape from = graph.shape(input);
    Shape shape = shape(from, axes);
    String squares = graph.node("Mul", from, List.of(input, input));
    String sums = sums(graph, squares, shape, axes);
    graph.node("Sqrt", output, shape, List.of(sums));
  }

  /** The mean of each window of pictures, where windows may reach past the padding. */
  public static void mean(
      OnnxGraph graph, String input, List<PoolingAxis> axes, Counted counted, String output) {
    requireSmallPadding(axes);
    Shape from = graph.shape(input);
    Shape shape = shape(from, axes);
    float[] reciprocals = new float[shape.length(2) * shape.length(3)];
    boolean same = true;
    int whole = elements(axes);
    for (int y = 0; y < shape.length(2); y++) {
      for (int x = 0; x < shape.length(3); x++) {
        int rows = counted(axes.get(0), y, from.length(2), counted);
        int columns = counted(axes.get(1), x, from.length(3), counted);
        float reciprocal = 1f / (rows * columns);
        reciprocals[y * shape.length(3) + x] = reciprocal;
        same &= rows * columns == whole;
      }
    }
    if (same) {
      List<Attribute> attributes = window(axes);
      attributes.add(Attribute.of("count_include_pad", 1));
      graph.node(
          "AveragePool", output, shape, List.of(input), attributes.toArray(Attribute[]::new));
      return;
    }
    String sums = sums(graph, input, shape, axes);
    String weights = graph.constant(Shape.of(1, 1, shape.length(2), shape.length(3)), reciprocals);
    graph.node("Mul", output, shape, List.of(sums, weights));
  }

  /** The mean of each window of any number of axes, where no window reaches past the padding. */
  public static void paddedMean(
      OnnxGraph graph, String input, List<PoolingAxis> axes, Counted counted, String output) {
    requireSmallPadding(axes);
    List<Attribute> attributes = window(axes);
    attributes.add(Attribute.of("count_include_pad", counted == Counted.WINDOW ? 1 : 0));
    graph.node(
        "AveragePool",
        output,
        shape(graph.shape(input), axes),
        List.of(input),
        attributes.toArray(Attribute[]::new));
  }

  /** The engine refuses padding that a whole window fits into. */
  private static void requireSmallPadding(List<PoolingAxis> axes) {
    List<ToIntFunction<PoolingAxis>> edges = List.of(PoolingAxis::start, PoolingAxis::end);
    for (ToIntFunction<PoolingAxis> edge : edges) {
      for (PoolingAxis axis : axes) {
        if (edge.applyAsInt(axis) >= axis.kernel()) {
          throw new UnsupportedLayerException(
              "its padding of " + edge.applyAsInt(axis) + " is not smaller than its window");
        }
      }
    }
  }

  private static Shape shape(Shape input, List<PoolingAxis> axes) {
    int[] lengths = input.lengths();
    for (int axis = 0; axis < axes.size(); axis++) {
      lengths[2 + axis] = axes.get(axis).window().output();
    }
    return Shape.of(lengths);
  }

  private static List<Attribute> window(List<PoolingAxis> axes) {
    List<Integer> pads = new ArrayList<>(axes.stream().map(PoolingAxis::start).toList());
    pads.addAll(axes.stream().map(PoolingAxis::end).toList());
    List<Attribute> attributes = new ArrayList<>();
    attributes.add(
        Attribute.ofIntegers("kernel_shape", axes.stream().map(PoolingAxis::kernel).toList()));
    attributes.add(
        Attribute.ofIntegers("strides", axes.stream().map(PoolingAxis::stride).toList()));
    attributes.add(Attribute.ofIntegers("pads", pads));
    return attributes;
  }

  private static int elements(List<PoolingAxis> axes) {
    int elements = 1;
    for (PoolingAxis axis : axes) {
      elements *= axis.kernel();
    }
    return elements;
  }

  /** How many elements of a window count in its mean. */
  private static int counted(PoolingAxis axis, int place, int length, Counted counted) {
    int begin = place * axis.stride() - axis.start();
    int end = begin + axis.kernel();
    return counted == Counted.ELEMENTS
        ? Math.max(1, Math.min(end, length) - Math.max(begin, 0))
        : Math.min(end, axis.beyond()) - begin;
  }

  private static String sums(OnnxGraph graph, String input, Shape shape, List<PoolingAxis> axes) {
    List<Attribute> attributes = window(axes);
    attributes.add(Attribute.of("count_include_pad", 1));
    String means =
        graph.node("AveragePool", shape, List.of(input), attributes.toArray(Attribute[]::new));
    float count = 1;
    for (PoolingAxis axis : axes) {
      count *= axis.kernel();
    }
    return graph.node("Mul", shape, List.of(means, graph.constant(Shape.of(), count)));
  }
}
