package org.quantsweep.jobs.cluster;

/** A run of the shaded jar's command line by spark-submit. */
interface Submitted {
  /**
   * Waits for its end.
   *
   * @return its exit code; what it wrote is in {@link #log()}
   * @throws IllegalStateException when it does not end
   */
  int exitCode();

  boolean isRunning();

  /** Standard output. */
  String output();

  /** Standard error: progress, Spark's log, messages. */
  String log();
}
