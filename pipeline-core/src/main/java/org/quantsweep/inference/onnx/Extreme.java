package org.quantsweep.inference.onnx;

import java.util.List;
import org.quantsweep.tensor.Shape;

/** The largest or the smallest of many numbers. */
public enum Extreme {
  /** The largest. */
  LARGEST("ArgMax"),
  /** The smallest. */
  SMALLEST("ArgMin");

  private final String operator;

  Extreme(String operator) {
    this.operator = operator;
  }

  /** Where it stands along an axis, as int64; the first place wins a tie. */
  public String place(OnnxGraph graph, String value, int axis, Reduction.Reduced reduced) {
    return graph.node(
        operator,
        reduced.of(graph.shape(value), List.of(axis)),
        List.of(value),
        Attribute.of("axis", axis),
        reduced.attribute());
  }

  /**
   * The first few in order along an axis.
   *
   * @param values the name that they get
   * @return their places, as int64
   * @throws UnsupportedLayerException when there are fewer
   */
  public String first(OnnxGraph graph, String value, int axis, int count, String values) {
    int[] lengths = graph.shape(value).lengths();
    if (count > lengths[axis]) {
      throw new UnsupportedLayerException(
          "it takes " + count + " of " + lengths[axis] + " elements");
    }
    lengths[axis] = count;
    Shape shape = Shape.of(lengths);
    String places = graph.freshName();
    graph.nodes(
        "TopK",
        List.of(values, places),
        List.of(shape, shape),
        List.of(value, graph.integers(count)),
        Attribute.of("axis", axis),
        Attribute.of("largest", this == LARGEST ? 1 : 0),
        Attribute.of("sorted", 1));
    return places;
  }
}
