package org.quantsweep.jobs.spark;

import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkConf;
import org.apache.spark.sql.SparkSession;
import org.quantsweep.jobs.files.ProcessUmask;

/** Opens Spark sessions: embedded on a laptop, or as spark-submit set them up. */
public final class SparkSessions {
  private SparkSessions() {}

  /** A session for a job; {@code local[*]} unless spark-submit named a master. */
  public static SparkSession open(String name) {
    return open(name, "local[*]");
  }

  /** A session for a job; on the given master unless spark-submit named one. */
  public static SparkSession open(String name, String master) {
    SparkConf conf = new SparkConf();
    conf.setIfMissing("spark.app.name", name);
    if (!conf.contains("spark.master")) {
      conf.setMaster(master);
      // An embedded session talks to itself only, and nobody looks at its pages: 7 s less to start.
      conf.setIfMissing("spark.ui.enabled", "false");
      conf.setIfMissing("spark.driver.bindAddress", "127.0.0.1");
      conf.setIfMissing("spark.driver.host", "127.0.0.1");
    }
    // Names of files are said by their characters: in locale C executors would know ASCII alone.
    conf.setIfMissing("spark.executorEnv.LC_ALL", "C.UTF-8");
    // One thread for linear algebra: each task has a core of its own, and two crash on small
    // stacks.
    conf.setIfMissing("spark.executorEnv.OMP_NUM_THREADS", "1");
    // Else glibc keeps most of what closed models held: a heap for each thread, and large blocks
    // within them.
    conf.setIfMissing("spark.executorEnv.MALLOC_ARENA_MAX", "2");
    conf.setIfMissing("spark.executorEnv.MALLOC_MMAP_THRESHOLD_", "1048576");
    // What tables hold is as open to others as the user's other files.
    ProcessUmask.unlessNamed(new Configuration())
        .ifPresent(umask -> conf.setIfMissing("spark.hadoop." + ProcessUmask.SETTING, umask));
    // Records cannot be written by Kryo 4: Java serialization is the one that keeps their checks.
    conf.set("spark.serializer", "org.apache.spark.serializer.JavaSerializer");
    conf.set("spark.sql.extensions", "io.delta.sql.DeltaSparkSessionExtension");
    conf.set("spark.sql.catalog.spark_catalog", "org.apache.spark.sql.delta.catalog.DeltaCatalog");
    // Our tables are small: one partition for Delta's own bookkeeping saves most of its start-up.
    conf.setIfMissing("spark.databricks.delta.snapshotPartitions", "1");
    conf.setIfMissing("spark.sql.shuffle.partitions", "8");
    // Of more digests than these Parquet would be asked for all between the least and the greatest.
    conf.setIfMissing("spark.sql.parquet.pushdown.inFilterThreshold", "512");
    conf.setIfMissing("spark.sql.session.timeZone", "UTC");
    // Commits of evaluations have a pool of their own: they do not wait behind a long wave.
    conf.setIfMissing("spark.scheduler.mode", "FAIR");
    SparkSession session = SparkSession.builder().config(conf).getOrCreate();
    session.sparkContext().setLogLevel("ERROR");
    return session;
  }
}
