package org.quantsweep;

/** Wrong usage or settings: a flag, a scheme, a threshold. Exit code 2. */
public final class UsageException extends UserException {
  /** With a message in the form that {@link UserException} describes. */
  public UsageException(String message) {
    super(message);
  }

  /** With a message in the form that {@link UserException} describes, and what led to it. */
  public UsageException(String message, Throwable cause) {
    super(message, cause);
  }

  @Override
  public int exitCode() {
    return 2;
  }
}
