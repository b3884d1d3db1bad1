package org.quantsweep.jobs.cli;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;

/**
 * Ends this program with one message where native code does not come back: nothing else can. It
 * waits a while longer than the engine, which ends a run itself where it can.
 */
final class Watchdog implements AutoCloseable {
  private static final Duration LONGER = Duration.ofSeconds(10);
  private static final int BAD_INPUT = 4;

  private final CountDownLatch through = new CountDownLatch(1);

  private Watchdog() {}

  /** Watches over what this thread does with a model, until it is closed. */
  static Watchdog over(String model, Duration limit, PrintWriter err) {
    return over(model, limit.plus(LONGER), err, Runtime.getRuntime()::halt);
  }

  /**
   * The same.
   *
   * @param end gets the exit code
   */
  static Watchdog over(String model, Duration limit, PrintWriter err, IntConsumer end) {
    Watchdog watchdog = new Watchdog();
    Thread waiting = new Thread(() -> watchdog.await(model, limit, err, end), "watchdog");
    waiting.setDaemon(true);
    waiting.start();
    return watchdog;
  }

  private void await(String model, Duration limit, PrintWriter err, IntConsumer end) {
    try {
      if (through.await(limit.toMillis(), TimeUnit.MILLISECONDS)) {
        return;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return;
    }
    err.println(
        model
            + ": the engine had not come back after "
            + limit.toMillis() / 1000.0
            + " s.\nMaybe give it longer with --run-limit, if the model is as large as that.");
    err.flush();
    end.accept(BAD_INPUT);
  }

  @Override
  public void close() {
    through.countDown();
  }
}
