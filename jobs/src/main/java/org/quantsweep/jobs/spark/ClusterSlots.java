package org.quantsweep.jobs.spark;

import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * How many tasks a cluster runs at once. It is asked whenever work is cut: executors come and go.
 */
public final class ClusterSlots {
  private ClusterSlots() {}

  /**
   * What the cluster has now; with dynamic allocation what it may come to have, since executors are
   * asked for as tasks wait.
   *
   * @return at least 1
   */
  public static int of(JavaSparkContext spark) {
    return of(spark.getConf(), spark.defaultParallelism());
  }

  /**
   * The same by settings.
   *
   * @param now what the cluster has now
   */
  static int of(SparkConf conf, int now) {
    // In local mode Spark allocates nothing, whatever is set.
    boolean grows =
        conf.getBoolean("spark.dynamicAllocation.enabled", false)
            && !conf.get("spark.master", "").startsWith("local[")
            && !conf.get("spark.master", "").equals("local");
    if (!grows) {
      return Math.max(1, now);
    }
    long each =
        Math.max(1, conf.getInt("spark.executor.cores", 1) / conf.getInt("spark.task.cpus", 1));
    long most = conf.getInt("spark.dynamicAllocation.maxExecutors", 0) * each;
    return (int) Math.max(Math.max(1, now), Math.min(most, Integer.MAX_VALUE));
  }
}
