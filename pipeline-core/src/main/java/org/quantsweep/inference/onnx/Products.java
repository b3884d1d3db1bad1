package org.quantsweep.inference.onnx;

import java.util.List;
import org.quantsweep.tensor.Shape;

/** Products of matrices. */
public final class Products {
  private Products() {}

  /**
   * An operand of a product.
   *
   * @param value its matrices lie in the last two axes; rank 1 is a vector
   */
  public record Operand(String value, Order order) {}

  /** How the matrices of an operand lie. */
  public enum Order {
    /** Rows, then columns. */
    AS_IT_IS,
    /** Columns, then rows. */
    TRANSPOSED
  }

  /**
   * Rows times the transpose of a matrix.
   *
   * @param operands the rows {@code [N, from]}, the matrix {@code [to, from]}, and perhaps a bias
   *     {@code [to]}
   */
  public static String linear(OnnxGraph graph, List<String> operands) {
    Shape shape =
        Shape.of(graph.shape(operands.get(0)).length(0), graph.shape(operands.get(1)).length(0));
    return graph.node("Gemm", shape, operands, Attribute.of("transB", 1));
  }

  /**
   * Matrices times matrices; the axes before them broadcast. A vector is one row on the left and
   * one column on the right.
   *
   * @throws UnsupportedLayerException when the matrices do not fit
   */
  public static void matrices(OnnxGraph graph, Operand one, Operand other, String output) {
    String row = ofRankTwo(graph, one.value(), 0);
    String column = ofRankTwo(graph, other.value(), 1);
    String a = ordered(graph, row, one.order());
    String b = ordered(graph, column, other.order());
    Shape left = graph.shape(a);
    Shape right = graph.shape(b);
    if (left.length(-1) != right.length(-2)) {
      throw new UnsupportedLayerException("its matrices " + left + " and " + right + " do not fit");
    }
    int[] lengths = Axes.broadcast(batch(left), batch(right)).lengths();
    lengths[lengths.length - 2] = left.length(-2);
    lengths[lengths.length - 1] = right.length(-1);
    graph.node("MatMul", output, Shape.of(lengths), List.of(a, b));
  }

  /** A vector gets one more axis of length 1, at a place. */
  private static String ofRankTwo(OnnxGraph graph, String value, int place) {
    List<Integer> lengths = Axes.lengths(graph.shape(value));
    if (lengths.size() != 1) {
      return value;
    }
    lengths.add(place, 1);
    return graph.reshape(value, Shape.of(lengths));
  }

  private static String ordered(OnnxGraph graph, String value, Order order) {
    return order == Order.AS_IT_IS ? value : transposed(graph, value);
  }

  /** Matrices with rows and columns exchanged: they lie in the last two axes. */
  public static String transposed(OnnxGraph graph, String value) {
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
}
