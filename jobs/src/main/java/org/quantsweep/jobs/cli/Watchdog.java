package org.quantsweep.jobs.cli;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;

/**
 * Ends this program with one message where native code does not come back: nothing else can. It
 * waits a while longer than the engine, which ends a run itself where it can.
 *
 * @param model for the message
 * @param limit how long the work may take
 * @param end gets the exit code
 */
record Watchdog(String model, Duration limit, PrintWriter err, IntConsumer end) {
  private static final Duration LONGER = Duration.ofSeconds(10);
  private static final int BAD_INPUT = 4;

  /** What is watched over. */
  @FunctionalInterface
  interface Work<T, E extends Exception> {
    T run() throws E;
  }

  /**
   * Watches over runs.
   *
   * @param runLimit how long the engine lets one take
   */
  static Watchdog over(String model, Duration runLimit, PrintWriter err) {
    return new Watchdog(model, runLimit.plus(LONGER), err, Runtime.getRuntime()::halt);
  }

  /** Does some work, unless that takes too long. */
  <T, E extends Exception> T watch(Work<T, E> work) throws E {
    CountDownLatch through = new CountDownLatch(1);
    Thread waiting = new Thread(() -> await(through), "watchdog");
    waiting.setDaemon(true);
    waiting.start();
    try {
      return work.run();
    } finally {
      through.countDown();
    }
  }

  private void await(CountDownLatch through) {
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
}
