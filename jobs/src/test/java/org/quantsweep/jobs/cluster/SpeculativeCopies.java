package org.quantsweep.jobs.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.apache.spark.SparkConf;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerTaskStart;

/** Notes in a file, of which the setting tells, a line for each second attempt at a slow task. */
public final class SpeculativeCopies extends SparkListener {
  static final String FILE = "spark.quantsweep.test.speculative";

  private final Path file;

  /** As Spark makes a listener that {@code spark.extraListeners} names. */
  public SpeculativeCopies(SparkConf conf) {
    this.file = Path.of(conf.get(FILE));
  }

  @Override
  public void onTaskStart(SparkListenerTaskStart started) {
    if (started.taskInfo().speculative()) {
      try {
        Files.writeString(
            file, started.stageId() + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
