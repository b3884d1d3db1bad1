package org.quantsweep.job;

/** The sample sets that a sweep may be given. */
public enum SampleSet {
  /** What selects, and what the other parts come from unless they have a set of their own. */
  MAIN("samples"),
  /** What options are fitted on. */
  CALIBRATION("calibration-samples"),
  /** What the choice is confirmed on. */
  CONFIRMATION("confirmation-samples");

  private final String text;

  SampleSet(String text) {
    this.text = text;
  }

  /** The name of what is made of it in an output folder. */
  @Override
  public String toString() {
    return text;
  }
}
