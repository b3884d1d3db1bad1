package org.quantsweep.jobs.spark;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** Commits of what took long to find: what is refused is tried again before it is lost. */
final class Commits {
  /** How often one is tried. */
  static final int TRIES = 5;

  private static final Duration PAUSE = Duration.ofMillis(300);

  private Commits() {}

  /** Commits the same rows until it succeeds; the last failure is told. */
  static void retried(Runnable commit) {
    for (int attempt = 1; ; attempt++) {
      try {
        commit.run();
        return;
      } catch (RuntimeException e) {
        if (attempt == TRIES || Thread.currentThread().isInterrupted()) {
          throw e;
        }
        LockSupport.parkNanos(PAUSE.toNanos());
      }
    }
  }
}
