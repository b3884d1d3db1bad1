package org.quantsweep.inference;

import java.util.Locale;
import org.quantsweep.coreml.OutputDescription;
import org.quantsweep.sample.InputDescription;

/** What a feature of a model is, whatever the format calls it. */
enum FeatureKind {
  PICTURE,
  ARRAY,
  LABEL,
  PROBABILITIES;

  static FeatureKind of(InputDescription input) {
    return input instanceof InputDescription.Picture ? PICTURE : ARRAY;
  }

  static FeatureKind of(OutputDescription output) {
    if (output instanceof OutputDescription.Picture) {
      return PICTURE;
    }
    if (output instanceof OutputDescription.ClassLabel) {
      return LABEL;
    }
    return output instanceof OutputDescription.Probabilities ? PROBABILITIES : ARRAY;
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
