package org.quantsweep.inference.onnx;

import java.util.ArrayList;
import java.util.List;
import org.quantsweep.tensor.Shape;

/**
 * One number for all those along some axes.
 *
 * @param axes counted from the front
 * @param reduced what becomes of these axes
 */
public record Reduction(ReduceFunction function, List<Integer> axes, Reduced reduced) {
  /** Copies the list. */
  public Reduction {
    axes = List.copyOf(axes);
  }

  /** What becomes of an axis that is reduced. */
  public enum Reduced {
    /** Its length is 1. */
    KEPT,
    /** It is gone. */
    REMOVED;

    Attribute attribute() {
      return Attribute.of("keepdims", this == KEPT ? 1 : 0);
    }

    /** The shape without the numbers along some axes. */
    Shape of(Shape shape, List<Integer> axes) {
      List<Integer> lengths = new ArrayList<>();
      for (int axis = 0; axis < shape.rank(); axis++) {
        if (!axes.contains(axis)) {
          lengths.add(shape.length(axis));
        } else if (this == KEPT) {
          lengths.add(1);
        }
      }
      return Shape.of(lengths);
    }
  }

  /** A reduction whose axes keep their places. */
  public static Reduction keeping(ReduceFunction function, List<Integer> axes) {
    return new Reduction(function, axes, Reduced.KEPT);
  }

  /** Adds it to a graph. */
  public String emit(OnnxGraph graph, String value) {
    Shape shape = reduced.of(graph.shape(value), axes);
    // At this operator set, only sums take their axes as an input.
    if (function == ReduceFunction.SUM) {
      long[] places = axes.stream().mapToLong(Integer::longValue).toArray();
      return graph.node(
          function.operator(), shape, List.of(value, graph.integers(places)), reduced.attribute());
    }
    return graph.node(
        function.operator(),
        shape,
        List.of(value),
        Attribute.ofIntegers("axes", axes),
        reduced.attribute());
  }
}
