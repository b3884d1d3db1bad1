package org.quantsweep.inference.onnx.program;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.quantsweep.coreml.ConvolutionGeometry;
import org.quantsweep.coreml.mlprogram.ConvolutionParameters;
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
    if (node.shape("x").rank() != weight.rank() || weight.rank() < 3) {
      throw new UnsupportedLayerException(
          "its weights " + weight + " do not fit its input " + node.shape("x"));
    }
    ConvolutionParameters parameters =
        new ConvolutionParameters(
            name -> node.has(name) ? Optional.of(node.constant(name)) : Optional.empty());
    if (!parameters.isPadTypeKnown()) {
      throw new UnsupportedLayerException(
          "its pad_type '" + parameters.padType() + "' is not known");
    }
    ConvolutionGeometry geometry = parameters.geometry(direction, weight);
    List<String> operands = new ArrayList<>(List.of(node.input("x"), node.input("weight")));
    node.optional("bias").ifPresent(operands::add);
    OnnxGraph graph = node.graph();
    String output = graph.freshName();
    Convolutions.emit(graph, geometry, operands, output);
    node.answer(output);
  }
}
