package org.quantsweep.inference;

import java.io.Serializable;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.quantsweep.coreml.OutputDescription;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;

/** A model's answer to one sample: a value for every output feature, by name. */
public record Prediction(SortedMap<String, OutputValue> outputs) implements Serializable {
  /** Copies the map. */
  public Prediction {
    outputs = Collections.unmodifiableSortedMap(new TreeMap<>(outputs));
  }

  /**
   * An answer of zeros with a value for each output, to ask what it would be compared by. Arrays
   * and pictures hold one number.
   */
  public static Prediction example(List<OutputDescription> described) {
    TreeMap<String, OutputValue> outputs = new TreeMap<>();
    for (OutputDescription output : described) {
      outputs.put(output.name(), example(output));
    }
    return new Prediction(outputs);
  }

  private static OutputValue example(OutputDescription output) {
    if (output instanceof OutputDescription.Picture) {
      return new OutputValue.Picture(zeros(1));
    }
    if (output instanceof OutputDescription.ClassLabel label) {
      return new OutputValue.ClassLabel(label.integer() ? "0" : "", label.integer());
    }
    if (output instanceof OutputDescription.Probabilities probabilities) {
      List<String> labels = probabilities.labels();
      return new OutputValue.Probabilities(labels, zeros(labels.size()));
    }
    return new OutputValue.Array(zeros(1));
  }

  private static Tensor zeros(int count) {
    return Tensor.wrap(Shape.of(count), new float[count]);
  }
}
