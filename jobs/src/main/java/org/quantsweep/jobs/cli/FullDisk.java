package org.quantsweep.jobs.cli;

import java.io.IOException;
import java.util.Locale;

/**
 * A disk that is full, or a quota that is used up. That tells nothing of what the user gave, and
 * passes: schedulers try again, so its exit code is not that of bad input.
 */
final class FullDisk {
  private FullDisk() {}

  /** Whether a failure comes from that. */
  static boolean isIn(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      String message = String.valueOf(cause.getMessage()).toLowerCase(Locale.ROOT);
      boolean isOfFiles = cause instanceof IOException || message.contains("ioexception");
      if (isOfFiles
          && (message.contains("no space left on device")
              || message.contains("disk quota exceeded")
              || (message.contains("quota of") && message.contains("is exceeded")))) {
        return true;
      }
    }
    return false;
  }

  /** What to say of it. */
  static String message(Throwable failure) {
    return String.valueOf(failure.getMessage()).lines().findFirst().orElse("").strip()
        + "\nMaybe free some space and give the same command again: a sweep continues from what it"
        + " has stored.";
  }
}
