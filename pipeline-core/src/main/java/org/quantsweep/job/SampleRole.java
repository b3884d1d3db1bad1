package org.quantsweep.job;

/** What a part of a sweep's samples is for. */
enum SampleRole {
  /** Candidates are judged on it. */
  SELECTION("selection"),
  /** Options are fitted on it. */
  CALIBRATION("calibration"),
  /** The choice is confirmed on it. */
  CONFIRMATION("confirmation");

  private final String text;

  SampleRole(String text) {
    this.text = text;
  }

  /** As results, messages and {@code --splits} call it. */
  @Override
  public String toString() {
    return text;
  }
}
