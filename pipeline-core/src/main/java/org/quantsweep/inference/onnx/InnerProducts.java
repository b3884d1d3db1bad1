package org.quantsweep.inference.onnx;

import java.util.List;
import org.quantsweep.proto.coreml.InnerProductLayerParams;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;

/** y = W x + b over the channels of {@code [..., C, 1, 1]}, or the last axis of a lower rank. */
final class InnerProducts {
  private InnerProducts() {}

  static void lower(LayerNode layer, OnnxGraph graph) {
    InnerProductLayerParams product = layer.message().getInnerProduct();
    Shape input = graph.shape(layer.input());
    int from = Math.toIntExact(product.getInputChannels());
    int to = Math.toIntExact(product.getOutputChannels());
    if (product.getInt8DynamicQuantize()) {
      throw new UnsupportedLayerException("it quantizes its input while it runs");
    }
    int axis = input.rank() >= 4 ? input.rank() - 3 : input.rank() - 1;
    int[] lengths = input.lengths();
    if (input.rank() == 0 || input.elementCount() % from != 0) {
      throw new UnsupportedLayerException("its input " + input + " has not " + from + " channels");
    }
    int rows = Math.toIntExact(input.elementCount() / from);
    if (lengths[axis] != from && rows != 1) {
      throw new UnsupportedLayerException("its input " + input + " has not " + from + " channels");
    }
    String flat = graph.reshape(layer.input(), Shape.of(rows, from), graph.freshName());
    Tensor weights = layer.weight("weights");
    String matrix = graph.constant(Shape.of(to, from), weights.sharedArray());
    List<String> inputs =
        product.getHasBias()
            ? List.of(
                flat, matrix, graph.constant(Shape.of(to), layer.weight("bias").sharedArray()))
            : List.of(flat, matrix);
    String result =
        graph.node("Gemm", Shape.of(rows, to), inputs, OnnxGraph.attribute("transB", 1L));
    if (rows == 1 && lengths[axis] != from) {
      // A picture that is taken as one vector.
      java.util.Arrays.fill(lengths, 1);
    }
    lengths[axis] = to;
    graph.reshape(result, Shape.of(lengths), layer.output());
  }
}
