package org.quantsweep.quantize;

/** Whether a scheme is fitted to what a layer is fed with, and what is fitted. */
public enum Fitting {
  /** It follows from the weights alone. */
  NONE(""),
  /** It is fitted, and so is a bias that the layer has. */
  FITTED(Scheme.CALIBRATED),
  /** It is fitted together with a bias that the layer does not have as given. */
  FITTED_WITH_BIAS(Scheme.BIAS + Scheme.CALIBRATED);

  private final String text;

  Fitting(String text) {
    this.text = text;
  }

  /** What stands behind a scheme. */
  String text() {
    return text;
  }
}
