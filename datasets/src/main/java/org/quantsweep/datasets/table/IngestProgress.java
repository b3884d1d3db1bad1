package org.quantsweep.datasets.table;

import java.time.Duration;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.apache.spark.util.LongAccumulator;

/** Says now and then how many samples were read, while a table is made of them. */
final class IngestProgress {
  private static final Duration BETWEEN = Duration.ofSeconds(10);

  private IngestProgress() {}

  /**
   * Tells while work is done.
   *
   * @param read what tasks add to; one that runs twice adds twice
   * @param total how many there are, where that is known
   */
  static void during(
      Runnable work, LongAccumulator read, OptionalLong total, Consumer<String> lines) {
    Thread thread = new Thread(() -> tell(read, total, lines), "ingest-progress");
    thread.setDaemon(true);
    thread.start();
    try {
      work.run();
    } finally {
      thread.interrupt();
    }
  }

  private static void tell(LongAccumulator read, OptionalLong total, Consumer<String> lines) {
    long told = 0;
    try {
      while (true) {
        Thread.sleep(BETWEEN.toMillis());
        if (read.value() != told) {
          told = read.value();
          lines.accept(line(told, total));
        }
      }
    } catch (InterruptedException e) {
      // The table is made.
      Thread.currentThread().interrupt();
    }
  }

  static String line(long read, OptionalLong total) {
    return total.isPresent()
        ? "samples: " + Math.min(read, total.getAsLong()) + " of " + total.getAsLong() + " read"
        : "samples: " + read + " read";
  }
}
