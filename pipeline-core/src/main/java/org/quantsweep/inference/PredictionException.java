package org.quantsweep.inference;

/** A model could not be run on one sample. */
public final class PredictionException extends Exception {
  private static final long serialVersionUID = 1L;

  /** With the reason, in one line. */
  public PredictionException(String reason) {
    super(reason);
  }

  /** With the reason, in one line, and what led to it. */
  public PredictionException(String reason, Throwable cause) {
    super(reason, cause);
  }
}
