package org.quantsweep;

/** Bad input: a model, picture, array or table that cannot be used. Exit code 4. */
public final class BadInputException extends UserException {
  /** With a message in the form that {@link UserException} describes. */
  public BadInputException(String message) {
    super(message);
  }

  /** With a message in the form that {@link UserException} describes, and what led to it. */
  public BadInputException(String message, Throwable cause) {
    super(message, cause);
  }

  @Override
  public int exitCode() {
    return 4;
  }
}
