package org.quantsweep.jobs.registry;

import java.io.IOException;

/** A call of an MLflow server failed; the message says why. */
final class MlflowFailure extends IOException {
  private static final long serialVersionUID = 1L;

  /** What a caller may want to know. */
  enum Kind {
    /** What was asked for is not there. */
    MISSING,
    /** What was to be made is there. */
    EXISTS,
    /** The server's database refused: somebody else wrote the same in this moment. */
    RACED,
    /** Anything else. */
    OTHER
  }

  private final Kind kind;
  private final String cure;

  /**
   * Says what failed.
   *
   * @param cure what follows {@code Maybe}, with a full stop
   */
  MlflowFailure(Kind kind, String message, String cure, Throwable cause) {
    super(message, cause);
    this.kind = kind;
    this.cure = cure;
  }

  MlflowFailure(String message, String cure) {
    this(Kind.OTHER, message, cure, null);
  }

  boolean is(Kind asked) {
    return kind == asked;
  }

  String cure() {
    return cure;
  }
}
