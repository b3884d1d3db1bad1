package org.quantsweep.inference.onnx.program;

import java.util.List;
import org.quantsweep.coreml.mlprogram.Opset;
import org.quantsweep.inference.onnx.OnnxGraph;
import org.quantsweep.inference.onnx.UnsupportedLayerException;
import org.quantsweep.tensor.Shape;

/**
 * Places of elements, as the parameter {@code indices} tells them and as the engine takes them. Up
 * to iOS 16 negative ones count from the end, as the engine does. Later a place outside is an error
 * where the program asks for that, and has no meaning elsewhere: there it is clamped.
 */
final class Places {
  private Places() {}

  /** Places along an axis of a length. */
  static String along(OperationNode node, int length) {
    return within(node, Shape.of(), new long[] {length});
  }

  /** Ways to places: the last axis holds a place along each of some axes. */
  static String ways(OperationNode node, List<Integer> lengths) {
    return within(
        node, Shape.of(lengths.size()), lengths.stream().mapToLong(Integer::longValue).toArray());
  }

  private static String within(OperationNode node, Shape shape, long[] lengths) {
    OnnxGraph graph = node.graph();
    String places = graph.toIntegers(node.input("indices"));
    boolean checked = node.flag("validate_indices", false);
    if (!node.isSince(Opset.IOS17)
        || (node.value("indices") instanceof Value.Constant && isInside(node, lengths, checked))) {
      return places;
    }
    String nothing = graph.longs(Shape.of(), 0);
    if (checked) {
      // The engine itself refuses what lies behind the end.
      return graph.node(
          "Where",
          graph.shape(places),
          List.of(graph.binary("Less", places, nothing), graph.longs(shape, lengths), places));
    }
    long[] last = new long[lengths.length];
    for (int i = 0; i < last.length; i++) {
      last[i] = Math.max(0, lengths[i] - 1);
    }
    return graph.binary("Min", graph.binary("Max", places, nothing), graph.longs(shape, last));
  }

  private static boolean isInside(OperationNode node, long[] lengths, boolean checked) {
    long[] places = node.constant("indices").integers();
    boolean inside = true;
    for (int i = 0; i < places.length; i++) {
      long length = lengths[i % lengths.length];
      if (places[i] < 0 || places[i] >= length) {
        inside = false;
        if (checked) {
          throw new UnsupportedLayerException(
              "it takes element " + places[i] + " of an axis of " + length);
        }
      }
    }
    return inside;
  }
}
