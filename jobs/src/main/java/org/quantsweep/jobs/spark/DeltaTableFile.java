package org.quantsweep.jobs.spark;

import io.delta.tables.DeltaTable;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;
import org.quantsweep.BadInputException;
import org.quantsweep.datasets.table.DeltaRows;
import org.quantsweep.datasets.table.TableLock;

/**
 * A Delta table that several processes append to, under a {@link TableLock}.
 *
 * <p>What writes runs in a scheduler pool of its own: a small commit does not wait behind the tasks
 * of a long wave. Where no pool has a task running, as whenever a task of the only slot ends, Spark
 * serves the pool whose name sorts first.
 */
final class DeltaTableFile {
  private static final String POOL = "spark.scheduler.pool";

  /** Sorts before Spark's own pool, {@code default}, in which waves run. */
  private static final String COMMITS = "commits";

  private final SparkSession spark;
  private final String path;
  private final StructType schema;
  private boolean checked;

  DeltaTableFile(SparkSession spark, String path, StructType schema) {
    this.spark = spark;
    this.path = path;
    this.schema = schema;
  }

  String path() {
    return path;
  }

  /**
   * Whether the table is there.
   *
   * @throws BadInputException when a table is there that holds something else
   */
  synchronized boolean exists() {
    if (checked) {
      return DeltaRows.isThere(spark.sparkContext().hadoopConfiguration(), path);
    }
    Optional<DeltaRows> found = rows();
    if (found.isEmpty()) {
      return false;
    }
    List<String> columns = found.get().columns();
    if (!columns.containsAll(Arrays.asList(schema.fieldNames()))) {
      throw new BadInputException(
          path
              + ": this table holds something else: its columns are ("
              + String.join(", ", columns)
              + "), not ("
              + String.join(", ", schema.fieldNames())
              + ").\nMaybe name another table with --evaluations.");
    }
    checked = true;
    return true;
  }

  /**
   * Appends rows as one commit and one file.
   *
   * @throws BadInputException when the table cannot be written
   */
  void append(List<Row> rows) {
    append(spark.createDataFrame(rows, schema).coalesce(1));
  }

  /**
   * Appends rows as one commit, written where they lie: a file for each partition.
   *
   * @throws BadInputException when the table cannot be written
   */
  void append(Dataset<Row> rows) {
    write(() -> rows.write().format("delta").mode("append").save(path));
  }

  /** The table as it stands; empty where it is not there. */
  Optional<DeltaRows> rows() {
    return DeltaRows.open(spark.sparkContext().hadoopConfiguration(), path);
  }

  /** The number of files that a reader opens. */
  int files() {
    return rows().map(table -> table.files().count()).orElse(0);
  }

  /**
   * Makes few files of many, so that reading stays quick: each commit leaves one. Writers that
   * append meanwhile are not disturbed.
   *
   * @param most how many files may stand as they are
   */
  void compact(int most) {
    if (files() <= most) {
      return;
    }
    write(
        () -> {
          // Somebody else may have done it while this process waited for the lock.
          if (files() > most) {
            DeltaTable.forPath(spark, path).optimize().executeCompaction();
          }
        });
  }

  private void write(Runnable work) {
    String before = spark.sparkContext().getLocalProperty(POOL);
    spark.sparkContext().setLocalProperty(POOL, COMMITS);
    try {
      TableLock.of(spark, path).run(work);
    } catch (Exception e) {
      // Spark throws its checked exceptions without saying so.
      IOException refused = refusal(e);
      if (refused == null) {
        throw e instanceof RuntimeException failure
            ? failure
            : new IllegalStateException(path + ": " + e.getMessage(), e);
      }
      throw new BadInputException(
          path
              + ": the evaluations cannot be written here ("
              + reason(refused)
              + ").\nMaybe name a writable place with --evaluations.",
          e);
    } finally {
      spark.sparkContext().setLocalProperty(POOL, before);
    }
  }

  /** What the file system refused, here or in a task; null when something else went wrong. */
  private static IOException refusal(Throwable failure) {
    IOException found = null;
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof IOException refused) {
        found = refused;
      }
    }
    return found;
  }

  private static String reason(IOException refused) {
    boolean bare = refused instanceof FileSystemException system && system.getReason() == null;
    return bare || refused.getMessage() == null
        ? refused.getClass().getSimpleName() + ": " + refused.getMessage()
        : refused.getMessage().lines().findFirst().orElse("");
  }
}
