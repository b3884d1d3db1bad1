package org.quantsweep.coreml;

/** A sliding window does not fit its input; the reason is one clause. */
public final class UnfitWindowException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** With the reason: one clause that begins in lower case. */
  public UnfitWindowException(String reason) {
    super(reason);
  }
}
