package org.quantsweep.inference.onnx.program;

import java.util.ArrayList;
import java.util.List;
import org.quantsweep.inference.onnx.Attribute;
import org.quantsweep.inference.onnx.Axes;
import org.quantsweep.inference.onnx.Extreme;
import org.quantsweep.inference.onnx.OnnxGraph;
import org.quantsweep.inference.onnx.ReduceFunction;
import org.quantsweep.inference.onnx.Reduction;
import org.quantsweep.tensor.Shape;

/** One number for many, and the order of numbers. */
final class ReductionOperations {
  private ReductionOperations() {}

  static OperationLowering reduce(ReduceFunction function) {
    return node -> {
      Shape from = node.shape("x");
      List<Integer> axes = new ArrayList<>();
      if (node.has("axes") && !node.integers("axes").isEmpty()) {
        node.integers("axes").forEach(axis -> axes.add(Axes.place(axis, from.rank())));
      } else {
        for (int axis = 0; axis < from.rank(); axis++) {
          axes.add(axis);
        }
      }
      if (axes.isEmpty()) {
        node.answer(node.graph().unary("Identity", node.input("x")));
        return;
      }
      node.answer(new Reduction(function, axes, reduced(node)).emit(node.graph(), node.input("x")));
    };
  }

  private static Reduction.Reduced reduced(OperationNode node) {
    return node.flag("keep_dims", false) ? Reduction.Reduced.KEPT : Reduction.Reduced.REMOVED;
  }

  static OperationLowering place(Extreme extreme) {
    return node -> {
      int axis = Axes.place(node.integer("axis", -1), node.shape("x").rank());
      node.answer(extreme.place(node.graph(), node.input("x"), axis, reduced(node)));
    };
  }

  /** The largest few along an axis, or the smallest in rising order, and where they stand. */
  static void topK(OperationNode node) {
    Shape from = node.shape("x");
    int axis = Axes.place(node.integer("axis", -1), from.rank());
    int count = node.integer("k", 1);
    ordered(node, axis, count == -1 ? from.length(axis) : count, 1);
  }

  /** Where the elements of an axis stand in order: falling, unless asked otherwise. */
  static void argSort(OperationNode node) {
    Shape from = node.shape("x");
    int axis = Axes.place(node.integer("axis", -1), from.rank());
    ordered(node, axis, from.length(axis), 0);
  }

  private static void ordered(OperationNode node, int axis, int count, int places) {
    OnnxGraph graph = node.graph();
    String values = graph.freshName();
    boolean ascending = node.flag("ascending", false);
    String found =
        (ascending ? Extreme.SMALLEST : Extreme.LARGEST)
            .first(graph, node.input("x"), axis, count, values);
    if (places > 0) {
      node.answer(0, values);
    }
    if (node.outputCount() > places) {
      node.answer(places, found);
    }
  }

  static void cumulativeSum(OperationNode node) {
    OnnxGraph graph = node.graph();
    Shape from = node.shape("x");
    int axis = Axes.place(node.integer("axis", 0), from.rank());
    node.answer(
        graph.node(
            "CumSum",
            from,
            List.of(node.input("x"), graph.longs(Shape.of(), axis)),
            Attribute.of("exclusive", node.flag("exclusive", false) ? 1 : 0),
            Attribute.of("reverse", node.flag("reverse", false) ? 1 : 0)));
  }
}
