package org.quantsweep.inference.onnx;

import java.util.ArrayList;
import java.util.List;
import org.quantsweep.coreml.EdgeAmounts;
import org.quantsweep.tensor.Shape;

/**
 * More elements at the ends of axes.
 *
 * @param amounts for each axis, outermost first
 * @param value of the new elements when they are constant
 */
public record Padding(Mode mode, List<EdgeAmounts> amounts, float value) {
  /** Copies the list. */
  public Padding {
    amounts = List.copyOf(amounts);
  }

  /** What the new elements are. */
  public enum Mode {
    /** All the same. */
    CONSTANT("constant"),
    /** Mirrored at the edge, which is not repeated. */
    REFLECTED("reflect"),
    /** The edge, repeated. */
    REPEATED("edge");

    private final String word;

    Mode(String word) {
      this.word = word;
    }
  }

  /** Adds it to a graph. */
  public void emit(OnnxGraph graph, String input, String output) {
    int[] lengths = graph.shape(input).lengths();
    int rank = lengths.length;
    long[] pads = new long[2 * rank];
    for (int axis = 0; axis < rank; axis++) {
      pads[axis] = amounts.get(axis).start();
      pads[rank + axis] = amounts.get(axis).end();
      lengths[axis] = Math.toIntExact(lengths[axis] + pads[axis] + pads[rank + axis]);
    }
    List<String> inputs = new ArrayList<>(List.of(input, graph.integers(pads)));
    if (mode == Mode.CONSTANT) {
      inputs.add(graph.scalar(value));
    }
    graph.node("Pad", output, Shape.of(lengths), inputs, Attribute.of("mode", mode.word));
  }
}
