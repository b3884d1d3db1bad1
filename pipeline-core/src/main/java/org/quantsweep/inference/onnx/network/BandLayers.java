package org.quantsweep.inference.onnx.network;

import org.quantsweep.inference.onnx.OnnxGraph;
import org.quantsweep.inference.onnx.UnsupportedLayerException;
import org.quantsweep.tensor.Shape;

/** Matrices of which only elements near the diagonal stay. */
final class BandLayers {
  private static final long ALL = Long.MAX_VALUE;

  private BandLayers() {}

  static void band(LayerNode layer, OnnxGraph graph) {
    var band = layer.message().getMatrixBandPart();
    keep(
        layer,
        graph,
        band.getNumLower() < 0 ? ALL : band.getNumLower(),
        band.getNumUpper() < 0 ? ALL : band.getNumUpper());
  }

  static void lower(LayerNode layer, OnnxGraph graph) {
    keep(layer, graph, ALL, layer.message().getLowerTriangular().getK());
  }

  static void upper(LayerNode layer, OnnxGraph graph) {
    keep(layer, graph, -layer.message().getUpperTriangular().getK(), ALL);
  }

  /** Keeps elements at most so far below and above the diagonal. */
  private static void keep(LayerNode layer, OnnxGraph graph, long below, long above) {
    Shape input = graph.shape(layer.input());
    if (input.rank() < 2) {
      throw new UnsupportedLayerException("its input " + input + " holds no matrices");
    }
    int rows = input.length(-2);
    int columns = input.length(-1);
    float[] mask = new float[Math.multiplyExact(rows, columns)];
    for (int row = 0; row < rows; row++) {
      for (int column = 0; column < columns; column++) {
        boolean kept = row - column <= below && column - row <= above;
        mask[row * columns + column] = kept ? 1 : 0;
      }
    }
    // Chosen, not multiplied: what is outside may be infinite.
    String inside = graph.toBooleans(graph.constant(Shape.of(rows, columns), mask));
    graph.node(
        "Where", layer.output(), input, java.util.List.of(inside, layer.input(), graph.scalar(0)));
  }
}
