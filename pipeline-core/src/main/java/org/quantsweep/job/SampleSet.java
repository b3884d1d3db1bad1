package org.quantsweep.job;

/** The sample sets that a sweep may be given. */
public enum SampleSet {
  /** What selects, and what the other parts come from unless they have a set of their own. */
  MAIN("samples", "samples"),
  /** What options are fitted on. */
  CALIBRATION("calibration-samples", "calibration samples"),
  /** What the choice is confirmed on. */
  CONFIRMATION("confirmation-samples", "confirmation samples");

  private final String text;
  private final String samples;

  SampleSet(String text, String samples) {
    this.text = text;
    this.samples = samples;
  }

  /** What its samples are called in messages. */
  public String samples() {
    return samples;
  }

  /** The name of what is made of it in an output folder. */
  @Override
  public String toString() {
    return text;
  }
}
