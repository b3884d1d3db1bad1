package org.quantsweep.inference;

/**
 * The engine, or the machine that it runs on, fails: it tells nothing of a model or a sample.
 * Nobody may take it for an answer. So it is no {@link PredictionException}: the task ends with it,
 * and what runs tasks may try again.
 */
public final class EngineFaultException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** With where and why, and in a new line a cure. */
  public EngineFaultException(String message, Throwable cause) {
    super(message, cause);
  }
}
