package org.quantsweep.coreml;

import java.io.Serializable;
import java.util.List;
import org.quantsweep.sample.ColorSpace;
import org.quantsweep.tensor.Shape;

/** What a model answers at one output feature. */
public sealed interface OutputDescription extends Serializable {
  /** The name of the output feature. */
  String name();

  /**
   * An array, or a single number.
   *
   * @param shape as the description says; rank 0 when it names none
   */
  record Array(String name, Shape shape) implements OutputDescription {}

  /**
   * A picture.
   *
   * @param width in pixels, 0 when the description leaves it open
   * @param height in pixels, 0 when the description leaves it open
   */
  record Picture(String name, ColorSpace colorSpace, int width, int height)
      implements OutputDescription {}

  /**
   * The class with the highest probability.
   *
   * @param integer whether classes are int64 numbers rather than texts
   */
  record ClassLabel(String name, boolean integer) implements OutputDescription {}

  /**
   * A probability for every class.
   *
   * @param labels the classes in the model's order; int64 labels in decimal
   * @param integer whether classes are int64 numbers rather than texts
   */
  record Probabilities(String name, List<String> labels, boolean integer)
      implements OutputDescription {
    /** Copies the list. */
    public Probabilities {
      labels = List.copyOf(labels);
    }
  }
}
