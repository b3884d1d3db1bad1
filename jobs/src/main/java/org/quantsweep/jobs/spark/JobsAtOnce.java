package org.quantsweep.jobs.spark;

import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * Runs several jobs of Spark side by side, so that slots which one leaves idle run the next one's
 * tasks. What they give is taken in their order. When one fails the others are ended too.
 */
final class JobsAtOnce {
  private final JavaSparkContext spark;
  private final int most;

  /**
   * Of one session.
   *
   * @param most how many run at once; one runs in the thread that calls
   */
  JobsAtOnce(JavaSparkContext spark, int most) {
    this.spark = spark;
    this.most = most;
  }

  /**
   * Runs a job for each of some works.
   *
   * @param works the next is asked for in this thread, when there is room for it
   * @param job is called in several threads
   * @param found takes what each gave, in this thread
   */
  <W, R> void run(Iterator<W> works, Function<W, R> job, Consumer<R> found) {
    if (most == 1) {
      works.forEachRemaining(work -> found.accept(job.apply(work)));
      return;
    }
    String tag = "jobs-at-once-" + UUID.randomUUID();
    ExecutorService threads = Executors.newFixedThreadPool(most);
    ArrayDeque<Future<R>> running = new ArrayDeque<>();
    boolean ended = false;
    try {
      while (true) {
        while (running.size() < most && works.hasNext()) {
          W work = works.next();
          running.add(
              threads.submit(
                  () -> {
                    spark.sc().addJobTag(tag);
                    return job.apply(work);
                  }));
        }
        if (running.isEmpty()) {
          break;
        }
        found.accept(result(running.remove()));
      }
      ended = true;
    } finally {
      if (!ended) {
        threads.shutdownNow();
        spark.sc().cancelJobsWithTag(tag);
      }
      threads.shutdown();
    }
  }

  private static <R> R result(Future<R> job) {
    try {
      return job.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("the run was interrupted.", e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException failure) {
        throw failure;
      }
      if (e.getCause() instanceof Error failure) {
        throw failure;
      }
      throw new IllegalStateException("a job failed.", e.getCause());
    }
  }
}
