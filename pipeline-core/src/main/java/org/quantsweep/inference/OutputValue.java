package org.quantsweep.inference;

import java.io.Serializable;
import java.util.List;
import org.quantsweep.tensor.Tensor;

/** What a model answers at one output feature. */
public sealed interface OutputValue extends Serializable {
  /** An array, in the shape of the output. */
  record Array(Tensor values) implements OutputValue {}

  /** A picture: float32 {@code [channels, height, width]} before rounding to bytes. */
  record Picture(Tensor values) implements OutputValue {}

  /**
   * The class that the model predicts.
   *
   * @param label the label as text; an int64 label in decimal
   * @param integer whether the model's labels are int64
   */
  record ClassLabel(String label, boolean integer) implements OutputValue {}

  /**
   * Probabilities by class label.
   *
   * @param labels in the model's order, shared by all predictions of a predictor
   * @param values as many, in the same order, shape {@code [number of labels]}
   */
  record Probabilities(List<String> labels, Tensor values) implements OutputValue {}
}
