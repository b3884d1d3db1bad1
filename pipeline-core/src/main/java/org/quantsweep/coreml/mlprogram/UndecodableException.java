package org.quantsweep.coreml.mlprogram;

/**
 * A constant cannot be decoded: what it is stored as contradicts itself, or cannot be read. The
 * message is a sentence without a full stop; once it leaves the constant it begins with its name.
 */
public final class UndecodableException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  UndecodableException(String message) {
    super(message);
  }

  UndecodableException(String message, Throwable cause) {
    super(message, cause);
  }
}
