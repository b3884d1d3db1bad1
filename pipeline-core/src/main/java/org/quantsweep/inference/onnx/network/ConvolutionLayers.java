package org.quantsweep.inference.onnx.network;

import java.util.ArrayList;
import java.util.List;
import org.quantsweep.coreml.ConvolutionGeometry;
import org.quantsweep.coreml.neuralnetwork.ConvolutionMessages;
import org.quantsweep.inference.onnx.Convolutions;
import org.quantsweep.inference.onnx.OnnxGraph;
import org.quantsweep.inference.onnx.UnsupportedLayerException;
import org.quantsweep.proto.coreml.Convolution3DLayerParams;
import org.quantsweep.proto.coreml.ConvolutionLayerParams;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;

/** Convolutions of pictures {@code [N, C, H, W]} and of volumes {@code [N, C, D, H, W]}. */
final class ConvolutionLayers {
  private ConvolutionLayers() {}

  static void pictures(LayerNode layer, OnnxGraph graph) {
    ConvolutionLayerParams conv = layer.message().getConvolution();
    layer.requireInputs(1, "its weights are an input");
    Tensor weights = layer.weight("weights");
    emit(
        layer,
        graph,
        ConvolutionMessages.geometry(conv),
        graph.constant(weights.shape(), weights.sharedArray()),
        layer.hasBias(conv.getHasBias()));
  }

  static void volumes(LayerNode layer, OnnxGraph graph) {
    Convolution3DLayerParams conv = layer.message().getConvolution3D();
    VolumeLayers.requireVolume(layer, graph);
    if (conv.getIsDeconvolution()) {
      throw new UnsupportedLayerException("it deconvolves volumes");
    }
    ConvolutionGeometry geometry = ConvolutionMessages.geometry(conv);
    Shape shape =
        Shape.of(
            conv.getOutputChannels(),
            conv.getInputChannels() / geometry.groups(),
            geometry.kernel(0),
            geometry.kernel(1),
            geometry.kernel(2));
    String weights = graph.constant(shape, layer.weight("weights").sharedArray());
    emit(layer, graph, geometry, weights, conv.getHasBias());
  }

  private static void emit(
      LayerNode layer,
      OnnxGraph graph,
      ConvolutionGeometry geometry,
      String weights,
      boolean hasBias) {
    List<String> operands = new ArrayList<>(List.of(layer.input(), weights));
    if (hasBias) {
      Tensor bias = layer.weight("bias");
      operands.add(graph.constant(bias.shape(), bias.sharedArray()));
    }
    Convolutions.emit(graph, geometry, operands, layer.output());
  }
}
