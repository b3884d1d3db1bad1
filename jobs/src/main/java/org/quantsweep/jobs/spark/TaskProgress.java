package org.quantsweep.jobs.spark;

import java.util.function.LongConsumer;
import org.apache.spark.SparkContext;
import org.apache.spark.util.AccumulatorV2;

/**
 * Tells the driver what a task has done as soon as the task ends, for progress. What a task does
 * twice, because an executor was lost, is told twice.
 */
final class TaskProgress extends AccumulatorV2<Long, Long> {
  private static final long serialVersionUID = 1;

  /** On the driver alone. */
  private final transient LongConsumer told;

  private long sum;

  private TaskProgress(LongConsumer told) {
    this.told = told;
  }

  /**
   * Registered with a session.
   *
   * @param told is called by a thread of Spark's: it must be quick and throw nothing
   */
  static TaskProgress in(SparkContext spark, LongConsumer told) {
    TaskProgress progress = new TaskProgress(told);
    spark.register(progress);
    return progress;
  }

  @Override
  public boolean isZero() {
    return sum == 0;
  }

  @Override
  public AccumulatorV2<Long, Long> copy() {
    TaskProgress copy = new TaskProgress(null);
    copy.sum = sum;
    return copy;
  }

  @Override
  public void reset() {
    sum = 0;
  }

  /** Called in tasks. */
  @Override
  public void add(Long more) {
    sum += more;
  }

  /** Called on the driver when a task has ended. */
  @Override
  public void merge(AccumulatorV2<Long, Long> other) {
    sum += other.value();
    if (told != null && other.value() > 0) {
      told.accept(other.value());
    }
  }

  @Override
  public Long value() {
    return sum;
  }
}
