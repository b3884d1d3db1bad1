package org.quantsweep.inference.onnx.network;

import org.quantsweep.inference.onnx.OnnxGraph;
import org.quantsweep.inference.onnx.UnsupportedLayerException;
import org.quantsweep.tensor.Shape;

/**
 * Lets a lowering that knows {@code [N, C, H, W]} take any rank of at least 2: what stands before
 * the last three axes is one batch, and axes that are missing have length 1.
 */
record Pictures(LayerLowering lowering) implements LayerLowering {
  private static final int RANK = 4;

  @Override
  public void lower(LayerNode layer, OnnxGraph graph) {
    Shape input = graph.shape(layer.input());
    int rank = input.rank();
    if (rank == RANK) {
      lowering.lower(layer, graph);
      return;
    }
    if (rank < 2) {
      throw new UnsupportedLayerException("its input " + input + " has no height and width");
    }
    int[] picture = {1, 1, input.length(-2), input.length(-1)};
    picture[1] = rank > 2 ? input.length(-3) : 1;
    for (int axis = 0; axis < rank - 3; axis++) {
      picture[0] = Math.multiplyExact(picture[0], input.length(axis));
    }
    String flat = graph.reshape(layer.input(), Shape.of(picture));
    String result = graph.freshName();
    lowering.lower(layer.between(flat, result), graph);
    Shape made = graph.shape(result);
    int[] lengths = input.lengths();
    for (int axis = 1; axis <= Math.min(rank, 3); axis++) {
      lengths[rank - axis] = made.length(-axis);
    }
    graph.reshape(result, Shape.of(lengths), layer.output());
  }
}
