package org.quantsweep.jobs.guard;

import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How another process ended.
 *
 * @param code its exit code
 * @param said what it printed
 */
record ChildEnd(int code, String said) {
  /** A process that a signal has ended says so by this and the signal's number. */
  private static final int BY_SIGNAL = 128;

  private static final int KILL = 9;

  /** How a JVM begins the report of a crash, after which it may end with an ordinary exit code. */
  private static final Pattern CRASH =
      Pattern.compile(
          "# A fatal error has been detected by the Java Runtime.*?(SIG[A-Z]+|Internal Error)",
          Pattern.DOTALL);

  private static final String MEMORY_IS_OUT = "# There is insufficient memory for the Java Runtime";

  /** What code of one's own ends by; others come from outside. */
  private static final Map<Integer, String> CRASHES =
      Map.of(4, "SIGILL", 6, "SIGABRT", 7, "SIGBUS", 8, "SIGFPE", 11, "SIGSEGV", 31, "SIGSYS");

  /** Whether memory was out, as far as one can see: systems kill what takes too much. */
  boolean isOutOfMemory() {
    return signal() == KILL || said.contains(MEMORY_IS_OUT);
  }

  /** What its own code crashed with; empty where it did not. */
  Optional<String> crash() {
    Matcher reported = CRASH.matcher(said);
    return reported.find()
        ? Optional.of(reported.group(1))
        : Optional.ofNullable(CRASHES.get(signal()));
  }

  /** Whether somebody ended it. */
  boolean isEnded() {
    return signal() > 0;
  }

  private int signal() {
    return Math.max(0, code - BY_SIGNAL);
  }
}
