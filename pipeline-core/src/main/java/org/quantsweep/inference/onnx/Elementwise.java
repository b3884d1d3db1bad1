package org.quantsweep.inference.onnx;

import java.util.List;
import org.quantsweep.proto.coreml.UnaryFunctionLayerParams;
import org.quantsweep.tensor.Shape;

/** Sums, products and the like of blobs that broadcast, and functions of one element. */
final class Elementwise {
  private Elementwise() {}

  /** A layer of one or more inputs; a single one goes with the constant alpha. */
  static LayerLowering withConstant(
      String operator, java.util.function.ToDoubleFunction<LayerNode> alpha) {
    return (layer, graph) -> {
      if (layer.layer().inputs().size() == 1) {
        String constant = Activations.scalar(graph, (float) alpha.applyAsDouble(layer));
        graph.node(
            operator, layer.output(), graph.shape(layer.input()), List.of(layer.input(), constant));
      } else {
        chain(operator, layer, graph);
      }
    };
  }

  /** A layer of two or more inputs. */
  static LayerLowering of(String operator) {
    return (layer, graph) -> chain(operator, layer, graph);
  }

  /** A layer of one input and one output whose shape is the input's. */
  static LayerLowering unary(String operator) {
    return (layer, graph) ->
        graph.node(operator, layer.output(), graph.shape(layer.input()), List.of(layer.input()));
  }

  /** f(scale x + shift), with a small number that keeps roots and quotients apart from zero. */
  static void function(LayerNode layer, OnnxGraph graph) {
    UnaryFunctionLayerParams function = layer.message().getUnary();
    Shape shape = graph.shape(layer.input());
    String x = graph.freshName();
    float scale = function.getScale() == 0 ? 1 : function.getScale();
    Activations.affine(graph, layer.input(), scale, function.getShift(), x);
    String y = layer.output();
    String alpha = Activations.scalar(graph, function.getAlpha());
    switch (function.getType()) {
      case SQRT -> graph.node("Sqrt", y, shape, List.of(x));
      case RSQRT -> {
        String root = graph.node("Sqrt", shape, List.of(shifted(graph, x, function)));
        graph.node("Reciprocal", y, shape, List.of(root));
      }
      case INVERSE -> graph.node("Reciprocal", y, shape, List.of(shifted(graph, x, function)));
      case POWER -> graph.node("Pow", y, shape, List.of(x, alpha));
      case EXP -> graph.node("Exp", y, shape, List.of(x));
      case LOG -> graph.node("Log", y, shape, List.of(x));
      case ABS -> graph.node("Abs", y, shape, List.of(x));
      case THRESHOLD -> graph.node("Max", y, shape, List.of(x, alpha));
      default -> throw new UnsupportedLayerException("its function is not known");
    }
  }

  private static String shifted(OnnxGraph graph, String x, UnaryFunctionLayerParams function) {
    return graph.node(
        "Add", graph.shape(x), List.of(x, Activations.scalar(graph, function.getEpsilon())));
  }

  private static void chain(String operator, LayerNode layer, OnnxGraph graph) {
    List<String> inputs = layer.layer().inputs();
    String value = inputs.get(0);
    for (int i = 1; i < inputs.size(); i++) {
      Shape shape = broadcast(graph.shape(value), graph.shape(inputs.get(i)));
      String name = i == inputs.size() - 1 ? layer.output() : graph.freshName();
      value = graph.node(operator, name, shape, List.of(value, inputs.get(i)));
    }
  }

  /** The shape of two that broadcast: axes are matched from the innermost. */
  static Shape broadcast(Shape one, Shape other) {
    int rank = Math.max(one.rank(), other.rank());
    int[] lengths = new int[rank];
    for (int axis = 1; axis <= rank; axis++) {
      int a = axis <= one.rank() ? one.length(-axis) : 1;
      int b = axis <= other.rank() ? other.length(-axis) : 1;
      if (a != b && a != 1 && b != 1) {
        throw new UnsupportedLayerException("its inputs " + one + " and " + other + " do not fit");
      }
      lengths[rank - axis] = a == 1 ? b : a;
    }
    return Shape.of(lengths);
  }
}
