package org.quantsweep.jobs.spark;

import java.util.Collection;
import java.util.Set;
import java.util.TreeSet;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.quantsweep.calibration.InputMoments;
import org.quantsweep.calibration.InputMomentsCodec;
import org.quantsweep.datasets.table.Commits;
import org.quantsweep.digest.Sha256Digest;
import scala.Tuple2;

/**
 * Keeps the statistics of layers' inputs in a Delta table beside the options: a row for each weight
 * tensor, under the digest of everything that gathering depends on. They are written and read on
 * executors, where they are needed; the driver sees names only. Rows are only appended; those of
 * one key and weight tensor say the same, so retries and a second writer do no harm.
 */
public final class DeltaStatistics {
  /**
   * Larger statistics are gathered anew instead: a row is held several times over while it is
   * written. Twelve groups of 2304 inputs take as much.
   */
  private static final long LARGEST_BYTES = 256L << 20;

  private static final StructType SCHEMA =
      new StructType()
          .add("key", DataTypes.StringType, false)
          .add("tensor", DataTypes.StringType, false)
          .add("moments", DataTypes.BinaryType, false);

  private final SparkSession spark;
  private final DeltaTableFile table;
  private final Sha256Digest key;
  private final long largestBytes;

  /**
   * On a table at a path, which is made when it is missing.
   *
   * @param key covers everything that the statistics depend on
   */
  public DeltaStatistics(SparkSession spark, String path, Sha256Digest key) {
    this(spark, path, key, LARGEST_BYTES);
  }

  /**
   * With a bound of its own.
   *
   * @param largestBytes of one weight tensor's statistics
   */
  DeltaStatistics(SparkSession spark, String path, Sha256Digest key, long largestBytes) {
    this.spark = spark;
    this.table = new DeltaTableFile(spark, path, SCHEMA);
    this.key = key;
    this.largestBytes = largestBytes;
  }

  /** Those of some weight tensors whose statistics are here. */
  Set<String> known(Collection<String> tensors) {
    Set<String> known = new TreeSet<>();
    if (!tensors.isEmpty() && table.exists()) {
      for (Row row : rows(tensors).select("tensor").distinct().collectAsList()) {
        known.add(row.getString(0));
      }
    }
    return known;
  }

  /**
   * The statistics of some weight tensors; more than once where they were appended more than once.
   *
   * @param tensors that are {@link #known}
   */
  JavaPairRDD<String, InputMoments> load(Collection<String> tensors) {
    if (tensors.isEmpty()) {
      return JavaPairRDD.fromJavaRDD(
          JavaSparkContext.fromSparkContext(spark.sparkContext()).emptyRDD());
    }
    String path = table.path();
    return rows(tensors)
        .select("tensor", "moments")
        .javaRDD()
        .mapToPair(
            row -> {
              String tensor = row.getString(0);
              byte[] moments = row.getAs(1);
              return new Tuple2<>(tensor, InputMomentsCodec.decode(moments, path + ": " + tensor));
            });
  }

  /**
   * Adds statistics and makes them durable, those left out that are too large. Each partition
   * becomes a file, so it holds one weight tensor. A commit that fails is tried again with its
   * rows.
   *
   * @param moments kept by Spark: they are made while the table is locked otherwise
   */
  void append(JavaPairRDD<String, InputMoments> moments) {
    String hex = key.hex();
    long largest = largestBytes;
    JavaRDD<Row> rows =
        moments
            .filter(own -> InputMomentsCodec.encodedBytes(own._2()) <= largest)
            .map(own -> RowFactory.create(hex, own._1(), InputMomentsCodec.encode(own._2())));
    Commits.retried(() -> table.append(spark.createDataFrame(rows, SCHEMA)));
  }

  private Dataset<Row> rows(Collection<String> tensors) {
    Column wanted = functions.col("tensor").isin(tensors.toArray());
    return spark
        .read()
        .format("delta")
        .load(table.path())
        .where(functions.col("key").equalTo(key.hex()).and(wanted));
  }
}
