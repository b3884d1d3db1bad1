package org.quantsweep.inference.onnx.network;

import java.util.List;
import java.util.function.ToDoubleFunction;
import org.quantsweep.inference.onnx.Axes;
import org.quantsweep.inference.onnx.OnnxGraph;
import org.quantsweep.tensor.Shape;

/**
 * ComparisonLayers, logic and selection; true is 1, false is 0, and what is not 0 counts as true.
 */
final class ComparisonLayers {
  private ComparisonLayers() {}

  /** Compares two blobs, or one with a number. */
  static LayerLowering of(String operator, ToDoubleFunction<LayerNode> alpha) {
    return (layer, graph) -> {
      String other =
          layer.inputs().size() > 1
              ? layer.inputs().get(1)
              : graph.scalar((float) alpha.applyAsDouble(layer));
      graph.bind(layer.output(), graph.toFloats(graph.binary(operator, layer.input(), other)));
    };
  }

  static void notEqual(LayerNode layer, OnnxGraph graph) {
    String other =
        layer.inputs().size() > 1
            ? layer.inputs().get(1)
            : graph.scalar(layer.message().getNotEqual().getAlpha());
    String equal = graph.binary("Equal", layer.input(), other);
    graph.bind(layer.output(), graph.toFloats(graph.unary("Not", equal)));
  }

  /** And, or, exclusive or. */
  static LayerLowering logic(String operator) {
    return (layer, graph) -> {
      layer.requireInputs(2, "it has not two inputs");
      String one = graph.toBooleans(layer.input());
      String other = graph.toBooleans(layer.inputs().get(1));
      graph.bind(layer.output(), graph.toFloats(graph.binary(operator, one, other)));
    };
  }

  static void not(LayerNode layer, OnnxGraph graph) {
    String opposite = graph.unary("Not", graph.toBooleans(layer.input()));
    graph.bind(layer.output(), graph.toFloats(opposite));
  }

  /** The second input where the first is true, else the third. */
  static void where(LayerNode layer, OnnxGraph graph) {
    layer.requireInputs(3, "it has not three inputs");
    List<String> inputs = layer.inputs();
    Shape shape =
        Axes.broadcast(
            graph.shape(inputs.get(0)),
            Axes.broadcast(graph.shape(inputs.get(1)), graph.shape(inputs.get(2))));
    graph.node(
        "Where",
        layer.output(),
        shape,
        List.of(graph.toBooleans(inputs.get(0)), inputs.get(1), inputs.get(2)));
  }
}
