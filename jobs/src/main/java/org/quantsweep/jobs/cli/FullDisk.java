package org.quantsweep.jobs.cli;

import java.io.IOException;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A disk that is full, a quota that is used up, or an HDFS of which no datanode takes a block. That
 * tells nothing of what the user gave, and passes: schedulers try again, so its exit code is not
 * that of bad input.
 */
final class FullDisk {
  /** HDFS says the same of datanodes that are full and of those that are down. */
  private static final Pattern NO_DATANODE =
      Pattern.compile("could only be (written to \\d+ of the \\d+ |replicated to \\d+ nodes)");

  private FullDisk() {}

  /** Whether a failure comes from that. */
  static boolean isIn(Throwable failure) {
    return cause(failure).isPresent();
  }

  private static Optional<Throwable> cause(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      String message = message(cause).toLowerCase(Locale.ROOT);
      boolean isOfFiles = cause instanceof IOException || message.contains("ioexception");
      if (isOfFiles
          && (message.contains("no space left on device")
              || message.contains("disk quota exceeded")
              || (message.contains("quota of") && message.contains("is exceeded"))
              || NO_DATANODE.matcher(message).find())) {
        return Optional.of(cause);
      }
    }
    return Optional.empty();
  }

  /** What to say of it. */
  static String told(Throwable failure) {
    Throwable cause = cause(failure).orElse(failure);
    String why = message(cause);
    String told = message(failure);
    if (cause != failure) {
      // HDFS puts its own stack into its message, in the middle of the one that cites it.
      told = told.replace(why, sentence(firstLine(why)));
    }
    String cure =
        NO_DATANODE.matcher(why.toLowerCase(Locale.ROOT)).find()
            ? "free some space on the datanodes, or start those that are down,"
            : "free some space";
    return firstLine(told)
        + "\nMaybe "
        + cure
        + " and give the same command again: a sweep continues from what it has stored.";
  }

  private static String message(Throwable failure) {
    return String.valueOf(failure.getMessage());
  }

  private static String firstLine(String message) {
    return message.lines().findFirst().orElse("").strip();
  }

  /** Without its full stop, as it stands in brackets. */
  private static String sentence(String line) {
    return line.endsWith(".") ? line.substring(0, line.length() - 1) : line;
  }
}
