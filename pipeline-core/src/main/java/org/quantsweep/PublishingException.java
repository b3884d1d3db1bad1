package org.quantsweep;

/** Publishing failed; readers of the registry see what they saw before. Exit code 5. */
public final class PublishingException extends UserException {
  /** With a message in the form that {@link UserException} describes. */
  public PublishingException(String message) {
    super(message);
  }

  /** With a message in the form that {@link UserException} describes, and what led to it. */
  public PublishingException(String message, Throwable cause) {
    super(message, cause);
  }

  @Override
  public int exitCode() {
    return 5;
  }
}
