package org.quantsweep.inference.onnx.network;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.function.Function;
import org.quantsweep.inference.onnx.Attribute;
import org.quantsweep.inference.onnx.Axes;
import org.quantsweep.inference.onnx.Extreme;
import org.quantsweep.inference.onnx.OnnxGraph;
import org.quantsweep.inference.onnx.ReduceFunction;
import org.quantsweep.inference.onnx.Reduction;
import org.quantsweep.inference.onnx.UnsupportedLayerException;
import org.quantsweep.proto.coreml.NeuralNetworkLayer;
import org.quantsweep.proto.coreml.ReduceLayerParams;
import org.quantsweep.proto.coreml.TopKLayerParams;
import org.quantsweep.tensor.Shape;

/** Sums, extremes, places of extremes and orders along axes. */
final class ReductionLayers {
  private static final float DEFAULT_EPSILON = 1e-6f;

  private ReductionLayers() {}

  /** What the ten layers that reduce along any axes have in common. */
  record Wanted(List<Long> axes, boolean keepsAxes, boolean all) {}

  /** A layer that reduces along any axes. */
  static LayerLowering of(ReduceFunction function, Function<NeuralNetworkLayer, Wanted> axes) {
    return (layer, graph) -> {
      Wanted wanted = axes.apply(layer.message());
      int rank = graph.shape(layer.input()).rank();
      TreeSet<Integer> places = new TreeSet<>();
      for (long axis : wanted.axes()) {
        places.add(Axes.place(axis, rank));
      }
      if (wanted.all() || places.isEmpty()) {
        for (int axis = 0; axis < rank; axis++) {
          places.add(axis);
        }
      }
      Reduction reduction =
          new Reduction(function, List.copyOf(places), reduced(wanted.keepsAxes() || rank == 0));
      graph.bind(layer.output(), reduction.emit(graph, layer.input()));
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
      axes.add(Axes.place(-fromEnd, rank));
    }
    String x = layer.input();
    String result =
        switch (reduce.getMode()) {
          case SUM -> keeping(graph, ReduceFunction.SUM, x, axes);
          case AVG -> keeping(graph, ReduceFunction.MEAN, x, axes);
          case PROD -> keeping(graph, ReduceFunction.PRODUCT, x, axes);
          case LOGSUM -> {
            float epsilon = reduce.getEpsilon() == 0 ? DEFAULT_EPSILON : reduce.getEpsilon();
            String logarithms = graph.unary("Log", graph.binary("Add", x, graph.scalar(epsilon)));
            yield keeping(graph, ReduceFunction.SUM, logarithms, axes);
          }
          case SUMSQUARE -> keeping(graph, ReduceFunction.SUM_SQUARE, x, axes);
          case L1 -> keeping(graph, ReduceFunction.L1, x, axes);
          case L2 -> keeping(graph, ReduceFunction.L2, x, axes);
          case MAX -> keeping(graph, ReduceFunction.MAX, x, axes);
          case MIN -> keeping(graph, ReduceFunction.MIN, x, axes);
          case ARGMAX -> {
            if (axes.size() != 1) {
              throw new UnsupportedLayerException("it wants one place along several axes");
            }
            yield place(graph, Extreme.LARGEST, x, axes.get(0), Reduction.Reduced.KEPT);
          }
          default -> throw new UnsupportedLayerException("its kind of reduction is not known");
        };
    graph.bind(layer.output(), result);
  }

  private static String keeping(
      OnnxGraph graph, ReduceFunction function, String value, List<Integer> axes) {
    return Reduction.keeping(function, axes).emit(graph, value);
  }

  private static Reduction.Reduced reduced(boolean keeps) {
    return keeps ? Reduction.Reduced.KEPT : Reduction.Reduced.REMOVED;
  }

  static void argMax(LayerNode layer, OnnxGraph graph) {
    var params = layer.message().getArgMax();
    place(layer, graph, Extreme.LARGEST, params.getAxis(), params.getRemoveDim());
  }

  static void argMin(LayerNode layer, OnnxGraph graph) {
    var params = layer.message().getArgMin();
    place(layer, graph, Extreme.SMALLEST, params.getAxis(), params.getRemoveDim());
  }

  private static void place(
      LayerNode layer, OnnxGraph graph, Extreme extreme, long axis, boolean removes) {
    int rank = graph.shape(layer.input()).rank();
    int along = Axes.place(axis, rank);
    graph.bind(
        layer.output(),
        place(graph, extreme, layer.input(), along, reduced(!removes || rank == 1)));
  }

  private static String place(
      OnnxGraph graph, Extreme extreme, String value, int axis, Reduction.Reduced reduced) {
    return graph.toFloats(extreme.place(graph, value, axis, reduced));
  }

  static void topK(LayerNode layer, OnnxGraph graph) {
    layer.requireInputs(1, "how many it takes is an input");
    TopKLayerParams params = layer.message().getTopK();
    String x = layer.input();
    int axis = Axes.place(params.getAxis(), graph.shape(x).rank());
    Extreme extreme = params.getUseBottomK() ? Extreme.SMALLEST : Extreme.LARGEST;
    String places = extreme.first(graph, x, axis, Math.toIntExact(params.getK()), layer.output());
    graph.bind(layer.layer().outputs().get(1), graph.toFloats(places));
  }

  static void argSort(LayerNode layer, OnnxGraph graph) {
    var params = layer.message().getArgSort();
    Shape shape = graph.shape(layer.input());
    int axis = Axes.place(params.getAxis(), shape.rank());
    Extreme extreme = params.getDescending() ? Extreme.LARGEST : Extreme.SMALLEST;
    String places =
        extreme.first(graph, layer.input(), axis, shape.length(axis), graph.freshName());
    graph.bind(layer.output(), graph.toFloats(places));
  }

  static void cumSum(LayerNode layer, OnnxGraph graph) {
    layer.requireInputs(1, "its axis is an input");
    var params = layer.message().getCumSum();
    Shape shape = graph.shape(layer.input());
    graph.node(
        "CumSum",
        layer.output(),
        shape,
        List.of(layer.input(), graph.integers(Axes.place(params.getAxis(), shape.rank()))),
        Attribute.of("exclusive", params.getExcludeFinalSum() ? 1 : 0),
        Attribute.of("reverse", params.getReverse() ? 1 : 0));
  }
}
