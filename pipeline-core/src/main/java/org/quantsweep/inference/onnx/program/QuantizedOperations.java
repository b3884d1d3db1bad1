package org.quantsweep.inference.onnx.program;

import java.util.Arrays;
import java.util.List;
import org.quantsweep.inference.onnx.Axes;
import org.quantsweep.inference.onnx.ElementType;
import org.quantsweep.inference.onnx.OnnxGraph;
import org.quantsweep.inference.onnx.UnsupportedLayerException;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;

/** Numbers turned into codes and back while a program runs. */
final class QuantizedOperations {
  private QuantizedOperations() {}

  /** clip(round(x / scale) + zero point), rounded to even. */
  static void quantize(OperationNode node) {
    OnnxGraph graph = node.graph();
    String type = node.text("output_dtype");
    int least =
        switch (type) {
          case "int8" -> -128;
          case "uint8" -> 0;
          default ->
              throw new UnsupportedLayerException("its output_dtype '" + type + "' is not known");
        };
    String codes =
        graph.unary("Round", graph.binary("Div", node.input("input"), along(node, "scale")));
    if (node.has("zero_point")) {
      codes = graph.binary("Add", codes, along(node, "zero_point"));
    }
    String clipped =
        graph.node(
            "Clip",
            graph.shape(codes),
            List.of(codes, graph.scalar(least), graph.scalar(least + 255f)));
    node.answer(graph.cast(clipped, ElementType.INT32));
  }

  /** scale (code - zero point). */
  static void dequantize(OperationNode node) {
    OnnxGraph graph = node.graph();
    String codes = graph.toFloats(node.input("input"));
    if (node.has("zero_point")) {
      codes = graph.binary("Sub", codes, along(node, "zero_point"));
    }
    node.answer(graph.binary("Mul", codes, along(node, "scale")));
  }

  /** A number for all, or one for each place of an axis. */
  private static String along(OperationNode node, String parameter) {
    Tensor numbers = node.tensor(parameter);
    int[] lengths = new int[0];
    if (numbers.shape().rank() > 0 && numbers.size() > 1) {
      lengths = new int[node.shape("input").rank()];
      Arrays.fill(lengths, 1);
      lengths[Axes.place(node.integer("axis", 0), lengths.length)] = numbers.size();
    }
    return node.graph().constant(Shape.of(lengths), numbers.sharedArray());
  }
}
