package org.quantsweep.inference.onnx;

import java.util.List;
import org.quantsweep.proto.coreml.BatchedMatMulLayerParams;
import org.quantsweep.proto.coreml.InnerProductLayerParams;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;

/** Products of vectors and matrices. */
final class Products {
  private static final float TINY = 1e-12f;

  private Products() {}

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
    Tensor bias = product.getHasBias() ? layer.weight("bias") : null;
    String flat = graph.reshape(layer.input(), Shape.of(rows, from));
    String result = rowsTimes(graph, flat, matrix, bias);
    graph.reshape(result, Shape.of(lengths), layer.output());
  }

  /** Rows {@code [N, from]} times the transpose of {@code [to, from]}, plus a bias per column. */
  private static String rowsTimes(OnnxGraph graph, String rows, String matrix, Tensor bias) {
    Shape shape = Shape.of(graph.shape(rows).length(0), graph.shape(matrix).length(0));
    List<String> inputs =
        bias == null
            ? List.of(rows, matrix)
            : List.of(rows, matrix, graph.constant(bias.shape(), bias.sharedArray()));
    return graph.node("Gemm", shape, inputs, OnnxGraph.attribute("transB", true));
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
    String a = matrix(graph, layer.input(), true);
    String b = matrix(graph, layer.inputs().get(1), false);
    a = product.getTransposeA() ? swapped(graph, a) : a;
    b = product.getTransposeB() ? swapped(graph, b) : b;
    Shape left = graph.shape(a);
    Shape right = graph.shape(b);
    if (left.length(-1) != right.length(-2)) {
      throw new UnsupportedLayerException("its matrices " + left + " and " + right + " do not fit");
    }
    int[] lengths = Elementwise.broadcast(batch(left), batch(right)).lengths();
    lengths[lengths.length - 2] = left.length(-2);
    lengths[lengths.length - 1] = right.length(-1);
    graph.node("MatMul", layer.output(), Shape.of(lengths), List.of(a, b));
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
    Tensor bias = product.getHasBias() ? layer.weight("bias") : null;
    String flat = graph.reshape(layer.input(), Shape.of(rows, from));
    lengths[lengths.length - 1] = to;
    graph.reshape(rowsTimes(graph, flat, matrix, bias), Shape.of(lengths), layer.output());
  }

  /** A vector is one row on the left and one column on the right. */
  private static String matrix(OnnxGraph graph, String value, boolean row) {
    Shape shape = graph.shape(value);
    if (shape.rank() != 1) {
      return value;
    }
    int length = shape.length(0);
    return graph.reshape(value, row ? Shape.of(1, length) : Shape.of(length, 1));
  }

  private static String swapped(OnnxGraph graph, String value) {
    int rank = graph.shape(value).rank();
    int[] axes = new int[rank];
    for (int axis = 0; axis < rank; axis++) {
      axes[axis] = axis;
    }
    axes[rank - 1] = rank - 2;
    axes[rank - 2] = rank - 1;
    return graph.transpose(value, axes);
  }

  private static Shape batch(Shape shape) {
    int[] lengths = shape.lengths();
    lengths[lengths.length - 1] = 1;
    lengths[lengths.length - 2] = 1;
    return Shape.of(lengths);
  }

  /** The product of two vectors along the channels, or the cosine between them. */
  static void dot(LayerNode layer, OnnxGraph graph) {
    layer.requireInputs(2, "it has not two inputs");
    String one = layer.input();
    String other = layer.inputs().get(1);
    List<Integer> channels = List.of(Shapes.axis(-3, graph.shape(one).rank()));
    String sum =
        Reductions.reduce(graph, "ReduceSum", graph.binary("Mul", one, other), channels, true);
    if (layer.message().getDot().getCosineSimilarity()) {
      String lengths =
          graph.binary(
              "Mul",
              Reductions.reduce(graph, "ReduceL2", one, channels, true),
              Reductions.reduce(graph, "ReduceL2", other, channels, true));
      sum = graph.binary("Div", sum, graph.binary("Max", lengths, graph.scalar(TINY)));
    }
    graph.bind(layer.output(), sum);
  }
}
