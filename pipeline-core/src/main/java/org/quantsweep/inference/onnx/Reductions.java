package org.quantsweep.inference.onnx;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;
import java.util.function.Function;
import org.quantsweep.proto.coreml.NeuralNetworkLayer;
import org.quantsweep.proto.coreml.ReduceLayerParams;
import org.quantsweep.proto.coreml.TopKLayerParams;
import org.quantsweep.tensor.Shape;

/** Sums, extremes, places of extremes and orders along axes. */
final class Reductions {
  private static final float DEFAULT_EPSILON = 1e-6f;

  private Reductions() {}

  /** What the ten layers that reduce along any axes have in common. */
  record Axes(List<Long> axes, boolean keepsAxes, boolean all) {}

  /** A layer that reduces along any axes. */
  static LayerLowering of(String operator, Function<NeuralNetworkLayer, Axes> axes) {
    return (layer, graph) -> {
      Axes wanted = axes.apply(layer.message());
      int rank = graph.shape(layer.input()).rank();
      TreeSet<Integer> places = new TreeSet<>();
      for (long axis : wanted.axes()) {
        places.add(Shapes.axis(axis, rank));
      }
      if (wanted.all() || places.isEmpty()) {
        for (int axis = 0; axis < rank; axis++) {
          places.add(axis);
        }
      }
      graph.bind(
          layer.output(),
          reduce(graph, operator, layer.input(), places, wanted.keepsAxes() || rank == 0));
    };
  }

  /** The older layer: over channels, height and width, some or all; the axes stay. */
  static void reduce(LayerNode layer, OnnxGraph graph) {
    ReduceLayerParams reduce = layer.message().getReduce();
    int rank = graph.shape(layer.input()).rank();
    List<Integer> axes = new ArrayList<>();
    for (int fromEnd :
        switch (reduce.getAxis()) {
          case HW -> new int[] {2, 1};
          case C -> new int[] {3};
          case H -> new int[] {2};
          case W -> new int[] {1};
          default -> new int[] {3, 2, 1};
        }) {
      axes.add(Shapes.axis(-fromEnd, rank));
    }
    String x = layer.input();
    String result =
        switch (reduce.getMode()) {
          case SUM -> reduce(graph, "ReduceSum", x, axes, true);
          case AVG -> reduce(graph, "ReduceMean", x, axes, true);
          case PROD -> reduce(graph, "ReduceProd", x, axes, true);
          case LOGSUM -> {
            float epsilon = reduce.getEpsilon() == 0 ? DEFAULT_EPSILON : reduce.getEpsilon();
            String logarithms = graph.unary("Log", graph.binary("Add", x, graph.scalar(epsilon)));
            yield reduce(graph, "ReduceSum", logarithms, axes, true);
          }
          case SUMSQUARE -> reduce(graph, "ReduceSumSquare", x, axes, true);
          case L1 -> reduce(graph, "ReduceL1", x, axes, true);
          case L2 -> reduce(graph, "ReduceL2", x, axes, true);
          case MAX -> reduce(graph, "ReduceMax", x, axes, true);
          case MIN -> reduce(graph, "ReduceMin", x, axes, true);
          case ARGMAX -> {
            if (axes.size() != 1) {
              throw new UnsupportedLayerException("it wants one place along several axes");
            }
            yield place(graph, "ArgMax", x, axes.get(0), true);
          }
          default -> throw new UnsupportedLayerException("its kind of reduction is not known");
        };
    graph.bind(layer.output(), result);
  }

  static String reduce(
      OnnxGraph graph, String operator, String value, Collection<Integer> axes, boolean keeps) {
    Shape from = graph.shape(value);
    List<Integer> lengths = new ArrayList<>();
    for (int axis = 0; axis < from.rank(); axis++) {
      if (!axes.contains(axis)) {
        lengths.add(from.length(axis));
      } else if (keeps) {
        lengths.add(1);
      }
    }
    int[] places = axes.stream().mapToInt(Integer::intValue).toArray();
    // At this operator set, only sums take their axes as an input.
    if (operator.equals("ReduceSum")) {
      long[] wide = axes.stream().mapToLong(Integer::longValue).toArray();
      return graph.node(
          operator,
          Shape.of(lengths),
          List.of(value, graph.integers(wide)),
          OnnxGraph.attribute("keepdims", keeps));
    }
    return graph.node(
        operator,
        Shape.of(lengths),
        List.of(value),
        OnnxGraph.attribute("axes", places),
        OnnxGraph.attribute("keepdims", keeps));
  }

  static void argMax(LayerNode layer, OnnxGraph graph) {
    var params = layer.message().getArgMax();
    place(layer, graph, "ArgMax", params.getAxis(), params.getRemoveDim());
  }

  static void argMin(LayerNode layer, OnnxGraph graph) {
    var params = layer.message().getArgMin();
    place(layer, graph, "ArgMin", params.getAxis(), params.getRemoveDim());
  }

  private static void place(
      LayerNode layer, OnnxGraph graph, String operator, long axis, boolean removes) {
    int rank = graph.shape(layer.input()).rank();
    boolean keeps = !removes || rank == 1;
    graph.bind(
        layer.output(), place(graph, operator, layer.input(), Shapes.axis(axis, rank), keeps));
  }

  /** The first place wins a tie. */
  private static String place(
      OnnxGraph graph, String operator, String value, int axis, boolean keeps) {
    List<Integer> lengths = Shapes.list(graph.shape(value));
    if (keeps) {
      lengths.set(axis, 1);
    } else {
      lengths.remove(axis);
    }
    return graph.toFloats(
        graph.node(
            operator,
            Shape.of(lengths),
            List.of(value),
            OnnxGraph.attribute("axis", (long) axis),
            OnnxGraph.attribute("keepdims", keeps)));
  }

  static void topK(LayerNode layer, OnnxGraph graph) {
    layer.requireInputs(1, "how many it takes is an input");
    TopKLayerParams params = layer.message().getTopK();
    order(
        graph,
        layer.input(),
        params.getAxis(),
        Math.toIntExact(params.getK()),
        !params.getUseBottomK(),
        layer.output(),
        layer.layer().outputs().get(1));
  }

  static void argSort(LayerNode layer, OnnxGraph graph) {
    var params = layer.message().getArgSort();
    Shape shape = graph.shape(layer.input());
    int axis = Shapes.axis(params.getAxis(), shape.rank());
    order(
        graph,
        layer.input(),
        axis,
        shape.length(axis),
        params.getDescending(),
        graph.freshName(),
        layer.output());
  }

  private static void order(
      OnnxGraph graph,
      String value,
      long along,
      int count,
      boolean largest,
      String values,
      String places) {
    int[] lengths = graph.shape(value).lengths();
    int axis = Shapes.axis(along, lengths.length);
    if (count > lengths[axis]) {
      throw new UnsupportedLayerException(
          "it takes " + count + " of " + lengths[axis] + " elements");
    }
    lengths[axis] = count;
    String integers = graph.freshName();
    graph.nodes(
        "TopK",
        List.of(values, integers),
        List.of(Shape.of(lengths), Shape.of(lengths)),
        List.of(value, graph.integers(count)),
        OnnxGraph.attribute("axis", (long) axis),
        OnnxGraph.attribute("largest", largest),
        OnnxGraph.attribute("sorted", true));
    graph.bind(places, graph.toFloats(integers));
  }

  static void cumSum(LayerNode layer, OnnxGraph graph) {
    layer.requireInputs(1, "its axis is an input");
    var params = layer.message().getCumSum();
    Shape shape = graph.shape(layer.input());
    graph.node(
        "CumSum",
        layer.output(),
        shape,
        List.of(layer.input(), graph.integers(Shapes.axis(params.getAxis(), shape.rank()))),
        OnnxGraph.attribute("exclusive", params.getExcludeFinalSum()),
        OnnxGraph.attribute("reverse", params.getReverse()));
  }
}
