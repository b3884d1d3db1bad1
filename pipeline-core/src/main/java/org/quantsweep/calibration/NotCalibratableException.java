package org.quantsweep.calibration;

/** What a layer is fed with cannot be used to fit its weights. */
public final class NotCalibratableException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** With the reason, as the rest of a sentence: no full stop. */
  public NotCalibratableException(String reason) {
    super(reason);
  }

  /** With the reason, and what led to it. */
  public NotCalibratableException(String reason, Throwable cause) {
    super(reason, cause);
  }
}
