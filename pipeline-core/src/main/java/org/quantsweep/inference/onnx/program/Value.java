package org.quantsweep.inference.onnx.program;

import java.util.ArrayList;
import java.util.List;
import org.quantsweep.coreml.mlprogram.DataType;
import org.quantsweep.coreml.mlprogram.TensorValue;
import org.quantsweep.tensor.Shape;

/** What a name of a program stands for while it is lowered. */
sealed interface Value {
  /**
   * A value of the graph. Floats of all widths are float32 there, whole numbers int32.
   *
   * @param name in the graph
   * @param type as the program declares it
   */
  record Computed(String name, DataType type) implements Value {}

  /** A constant. */
  record Constant(TensorValue value) implements Value {}

  /**
   * A list of arrays of one shape; what was never written is zeros.
   *
   * @param elements in order; one that was never written is {@link Unwritten}
   * @param shape of each; a length of -1 where only the first element written tells it
   */
  record Elements(List<Value> elements, DataType type, List<Integer> shape) implements Value {
    public Elements {
      elements = List.copyOf(elements);
      shape = List.copyOf(shape);
    }

    /** The list with another element at a place; it grows where the place lies behind its end. */
    Elements with(int place, Value element, Shape written) {
      List<Value> changed = new ArrayList<>(elements);
      while (changed.size() <= place) {
        changed.add(new Unwritten());
      }
      changed.set(place, element);
      List<Integer> known = new ArrayList<>();
      for (int length : written.lengths()) {
        known.add(length);
      }
      return new Elements(changed, type, known);
    }
  }

  /** An element of a list that nothing was written to. */
  record Unwritten() implements Value {}

  /** An array that outlives a call. */
  record State(String name) implements Value {}

  /** What has no use in a graph, such as a class label. */
  record Label() implements Value {}
}
