package org.quantsweep.inference.onnx.program;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.quantsweep.coreml.ConvolutionGeometry;
import org.quantsweep.coreml.ConvolutionPadding;
import org.quantsweep.coreml.EdgeAmounts;
import org.quantsweep.coreml.HeavySide;
import org.quantsweep.inference.onnx.Convolutions;
import org.quantsweep.inference.onnx.OnnxGraph;
import org.quantsweep.inference.onnx.UnsupportedLayerException;
import org.quantsweep.tensor.Shape;

/** Convolutions of one to three axes. */
final class ConvolutionOperations {
  private ConvolutionOperations() {}

  static void convolution(OperationNode node) {
    lower(node, ConvolutionGeometry.Direction.GATHERS);
  }

  static void transposed(OperationNode node) {
    lower(node, ConvolutionGeometry.Direction.SPREADS);
  }

  private static void lower(OperationNode node, ConvolutionGeometry.Direction direction) {
    Shape weight = node.shape("weight");
    int axes = weight.rank() - 2;
    if (node.shape("x").rank() != weight.rank() || axes < 1) {
      throw new UnsupportedLayerException(
          "its weights " + weight + " do not fit its input " + node.shape("x"));
    }
    List<Integer> strides = node.integers("strides", Collections.nCopies(axes, 1));
    List<Integer> dilations = node.integers("dilations", Collections.nCopies(axes, 1));
    List<ConvolutionGeometry.Axis> kernel = new ArrayList<>();
    for (int axis = 0; axis < axes; axis++) {
      kernel.add(
          new ConvolutionGeometry.Axis(
              weight.length(2 + axis), strides.get(axis), dilations.get(axis)));
    }
    ConvolutionGeometry geometry =
        new ConvolutionGeometry(
            direction, node.integer("groups", 1), kernel, padding(node, axes, direction));
    List<String> operands = new ArrayList<>(List.of(node.input("x"), node.input("weight")));
    node.optional("bias").ifPresent(operands::add);
    OnnxGraph graph = node.graph();
    String output = graph.freshName();
    Convolutions.emit(graph, geometry, operands, output);
    node.answer(output);
  }

  private static ConvolutionPadding padding(
      OperationNode node, int axes, ConvolutionGeometry.Direction direction) {
    String type = node.text("pad_type", "valid");
    HeavySide heavy = type.equals("same_lower") ? HeavySide.START : HeavySide.END;
    if (direction == ConvolutionGeometry.Direction.SPREADS && node.has("output_shape")) {
      List<Integer> shape = node.integers("output_shape");
      return new ConvolutionPadding.OutputShape(
          shape.subList(shape.size() - axes, shape.size()), heavy);
    }
    return switch (type) {
      case "same", "same_lower" -> new ConvolutionPadding.Same(heavy);
      case "valid" -> new ConvolutionPadding.Explicit(edges(List.of(), axes));
      case "custom" ->
          new ConvolutionPadding.Explicit(edges(node.integers("pad", List.of()), axes));
      default -> throw new UnsupportedLayerException("its pad_type '" + type + "' is not known");
    };
  }

  /** Amounts before and after each axis; none where none are given. */
  static List<EdgeAmounts> edges(List<Integer> pad, int axes) {
    List<EdgeAmounts> edges = new ArrayList<>();
    for (int axis = 0; axis < axes; axis++) {
      edges.add(
          pad.isEmpty()
              ? new EdgeAmounts(0, 0)
              : new EdgeAmounts(pad.get(2 * axis), pad.get(2 * axis + 1)));
    }
    return edges;
  }
}
