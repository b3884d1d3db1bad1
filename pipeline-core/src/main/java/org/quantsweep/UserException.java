package org.quantsweep;

/**
 * An error that the user can cure. Its message follows one form: where, what is wrong with names
 * and (values), why; then a new line that begins with {@code Maybe} and names a cure.
 */
public abstract sealed class UserException extends RuntimeException
    permits UsageException, BadInputException, PublishingException {
  UserException(String message) {
    super(message);
  }

  UserException(String message, Throwable cause) {
    super(message, cause);
  }

  /** The process exit code that stands for this kind of error, as `--help` lists it. */
  public abstract int exitCode();
}
