package org.quantsweep.sample;

/** A sample cannot be used: it is quarantined with this reason, never dropped in silence. */
public class UnreadableSampleException extends Exception {
  private static final long serialVersionUID = 1L;

  /** With the reason, in one line. */
  public UnreadableSampleException(String reason) {
    super(reason);
  }

  /** With the reason, in one line, and what led to it. */
  public UnreadableSampleException(String reason, Throwable cause) {
    super(reason, cause);
  }
}
