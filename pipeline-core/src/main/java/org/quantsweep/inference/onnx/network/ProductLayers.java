package org.quantsweep.inference.onnx.network;

import java.util.List;
import org.quantsweep.inference.onnx.Axes;
import org.quantsweep.inference.onnx.OnnxGraph;
import org.quantsweep.inference.onnx.Products;
import org.quantsweep.inference.onnx.ReduceFunction;
import org.quantsweep.inference.onnx.Reduction;
import org.quantsweep.inference.onnx.UnsupportedLayerException;
import org.quantsweep.proto.coreml.BatchedMatMulLayerParams;
import org.quantsweep.proto.coreml.InnerProductLayerParams;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;

/** Products of vectors and matrices. */
final class ProductLayers {
  private static final float TINY = 1e-12f;

  private ProductLayers() {}

  /**
   * y = W x + b. The vector is the last axis up to rank 3, and the last three axes together from
   * rank 4 on, where the result lies along the channels.
   */
  static void inner(LayerNode layer, OnnxGraph graph) {
    InnerProductLayerParams product = layer.message().getInnerProduct();
    Shape input = graph.shape(layer.input());
    int from = Math.toIntExact(product.getInputChannels());
    int to = Math.toIntExact(product.getOutputChannels());
    if (product.getInt8DynamicQuantize()) {
      throw new UnsupportedLayerException("it quantizes its input while it runs");
    }
    int[] lengths = input.lengths();
    int vectorAxes = lengths.length >= 4 ? 3 : 1;
    int taken = 1;
    for (int axis = Math.max(0, lengths.length - vectorAxes); axis < lengths.length; axis++) {
      taken *= lengths[axis];
      lengths[axis] = 1;
    }
    if (lengths.length == 0 || taken != from) {
      throw new UnsupportedLayerException("its input " + input + " has not " + from + " channels");
    }
    lengths[lengths.length - vectorAxes] = to;
    int rows = Math.toIntExact(input.elementCount() / from);
    String matrix = graph.constant(Shape.of(to, from), layer.weight("weights").sharedArray());
    Tensor bias = layer.hasBias(product.getHasBias()) ? layer.weight("bias") : null;
    String flat = graph.reshape(layer.input(), Shape.of(rows, from));
    String result = rowsTimes(graph, flat, matrix, bias);
    graph.reshape(result, Shape.of(lengths), layer.output());
  }

  private static String rowsTimes(OnnxGraph graph, String rows, String matrix, Tensor bias) {
    return Products.linear(
        graph,
        bias == null
            ? List.of(rows, matrix)
            : List.of(rows, matrix, graph.constant(bias.shape(), bias.sharedArray())));
  }

  /** Matrices in the last two axes; the axes before them broadcast. */
  static void batchedMatmul(LayerNode layer, OnnxGraph graph) {
    BatchedMatMulLayerParams product = layer.message().getBatchedMatmul();
    if (product.getInt8DynamicQuantize()) {
      throw new UnsupportedLayerException("it quantizes its input while it runs");
    }
    if (layer.inputs().size() == 1) {
      byWeights(layer, graph, product);
      return;
    }
    Products.matrices(
        graph,
        new Products.Operand(layer.input(), order(product.getTransposeA())),
        new Products.Operand(layer.inputs().get(1), order(product.getTransposeB())),
        layer.output());
  }

  private static Products.Order order(boolean transposed) {
    return transposed ? Products.Order.TRANSPOSED : Products.Order.AS_IT_IS;
  }

  private static void byWeights(
      LayerNode layer, OnnxGraph graph, BatchedMatMulLayerParams product) {
    int from = Math.toIntExact(product.getWeightMatrixFirstDimension());
    int to = Math.toIntExact(product.getWeightMatrixSecondDimension());
    int[] lengths = graph.shape(layer.input()).lengths();
    if (lengths.length == 0 || lengths[lengths.length - 1] != from) {
      throw new UnsupportedLayerException(
          "its input " + graph.shape(layer.input()) + " has not " + from + " columns");
    }
    int rows = Math.toIntExact(graph.shape(layer.input()).elementCount() / from);
    // The file holds [from, to] column by column, which is [to, from] row by row.
    String matrix = graph.constant(Shape.of(to, from), layer.weight("weights").sharedArray());
    Tensor bias = layer.hasBias(product.getHasBias()) ? layer.weight("bias") : null;
    String flat = graph.reshape(layer.input(), Shape.of(rows, from));
    lengths[lengths.length - 1] = to;
    graph.reshape(rowsTimes(graph, flat, matrix, bias), Shape.of(lengths), layer.output());
  }

  /** The product of two vectors along the channels, or the cosine between them. */
  static void dot(LayerNode layer, OnnxGraph graph) {
    layer.requireInputs(2, "it has not two inputs");
    String one = layer.input();
    String other = layer.inputs().get(1);
    List<Integer> channels = List.of(Axes.place(-3, graph.shape(one).rank()));
    String sum =
        Reduction.keeping(ReduceFunction.SUM, channels)
            .emit(graph, graph.binary("Mul", one, other));
    if (layer.message().getDot().getCosineSimilarity()) {
      Reduction length = Reduction.keeping(ReduceFunction.L2, channels);
      String lengths = graph.binary("Mul", length.emit(graph, one), length.emit(graph, other));
      sum = graph.binary("Div", sum, graph.binary("Max", lengths, graph.scalar(TINY)));
    }
    graph.bind(layer.output(), sum);
  }
}
