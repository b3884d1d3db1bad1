package org.quantsweep.inference.onnx.network;

import java.util.List;
import org.quantsweep.inference.onnx.OnnxGraph;
import org.quantsweep.inference.onnx.UnsupportedLayerException;
import org.quantsweep.proto.coreml.UnaryFunctionLayerParams;
import org.quantsweep.tensor.Shape;

/** Sums, products and the like of blobs that broadcast, and functions of one element. */
final class ElementwiseLayers {
  private static final float DEFAULT_EPSILON = 1e-6f;

  private ElementwiseLayers() {}

  /** A layer of one or more inputs; a single one goes with the constant alpha. */
  static LayerLowering withConstant(
      String operator, java.util.function.ToDoubleFunction<LayerNode> alpha) {
    return (layer, graph) -> {
      if (layer.inputs().size() == 1) {
        String constant = graph.scalar((float) alpha.applyAsDouble(layer));
        graph.node(
            operator, layer.output(), graph.shape(layer.input()), List.of(layer.input(), constant));
      } else {
        graph.bind(layer.output(), chain(operator, layer, graph));
      }
    };
  }

  /** A layer of two or more inputs. */
  static LayerLowering of(String operator) {
    return (layer, graph) -> graph.bind(layer.output(), chain(operator, layer, graph));
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
    ActivationLayers.affine(graph, layer.input(), scale, function.getShift(), x);
    String y = layer.output();
    String alpha = graph.scalar(function.getAlpha());
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

  static void exp2(LayerNode layer, OnnxGraph graph) {
    graph.bind(layer.output(), graph.binary("Pow", graph.scalar(2), layer.input()));
  }

  static void clip(LayerNode layer, OnnxGraph graph) {
    var clip = layer.message().getClip();
    graph.node(
        "Clip",
        layer.output(),
        graph.shape(layer.input()),
        List.of(layer.input(), graph.scalar(clip.getMinVal()), graph.scalar(clip.getMaxVal())));
  }

  static void average(LayerNode layer, OnnxGraph graph) {
    String sum = chain("Add", layer, graph);
    String count = graph.scalar(layer.inputs().size());
    graph.bind(layer.output(), graph.binary("Div", sum, count));
  }

  static void floorDivide(LayerNode layer, OnnxGraph graph) {
    layer.requireInputs(2, "it has not two inputs");
    graph.bind(layer.output(), floorQuotient(layer, graph));
  }

  /** What is left of a division rounded down: it has the divisor's sign. */
  static void modulo(LayerNode layer, OnnxGraph graph) {
    layer.requireInputs(2, "it has not two inputs");
    String whole = graph.binary("Mul", floorQuotient(layer, graph), layer.inputs().get(1));
    graph.bind(layer.output(), graph.binary("Sub", layer.input(), whole));
  }

  private static String floorQuotient(LayerNode layer, OnnxGraph graph) {
    return graph.unary("Floor", graph.binary("Div", layer.input(), layer.inputs().get(1)));
  }

  private static String shifted(OnnxGraph graph, String x, UnaryFunctionLayerParams function) {
    float epsilon = function.getEpsilon() == 0 ? DEFAULT_EPSILON : function.getEpsilon();
    return graph.node("Add", graph.shape(x), List.of(x, graph.scalar(epsilon)));
  }

  private static String chain(String operator, LayerNode layer, OnnxGraph graph) {
    String value = layer.input();
    for (int i = 1; i < layer.inputs().size(); i++) {
      value = graph.binary(operator, value, layer.inputs().get(i));
    }
    return value;
  }
}
