package org.quantsweep.datasets.table;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;

/** Commits of what took long to find: what is refused is tried again before it is lost. */
public final class Commits {
  /** How often one is tried. */
  static final int TRIES = 5;

  private static final Duration PAUSE = Duration.ofMillis(300);

  private Commits() {}

  /** Commits the same rows until it succeeds; the last failure is told. */
  public static void retried(Runnable commit) {
    retried(commit, failure -> false);
  }

  /**
   * The same, but for some failures.
   *
   * @param isFinal whether another try would not help, or is not ours to make
   */
  static void retried(Runnable commit, Predicate<RuntimeException> isFinal) {
    for (int attempt = 1; ; attempt++) {
      try {
        commit.run();
        return;
      } catch (RuntimeException e) {
        if (attempt == TRIES || isFinal.test(e) || Thread.currentThread().isInterrupted()) {
          throw e;
        }
        LockSupport.parkNanos(PAUSE.toNanos());
      }
    }
  }
}
