package org.quantsweep.search;

import org.quantsweep.sweep.Sensitivity;

/** What a strategy ranks options by. */
public enum Metric {
  /**
   * The criterion's smooth loss: squared margin change for classifiers, relative squared error
   * otherwise. Smooth objectives do not overfit the samples.
   */
  LOSS("loss") {
    @Override
    double of(Sensitivity sensitivity) {
      return sensitivity.loss();
    }
  },
  /** Squared error of the outputs: lower is a higher peak signal to noise ratio. */
  SQUARED_ERROR("squared-error") {
    @Override
    double of(Sensitivity sensitivity) {
      return sensitivity.squaredError();
    }
  },
  /** The drop in agreement: counts, which overfit when they are searched on. */
  AGREEMENT_DROP("agreement-drop") {
    @Override
    double of(Sensitivity sensitivity) {
      return sensitivity.disagreeing();
    }
  };

  private final String text;

  Metric(String text) {
    this.text = text;
  }

  abstract double of(Sensitivity sensitivity);

  @Override
  public String toString() {
    return text;
  }
}
