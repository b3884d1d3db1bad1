package org.quantsweep.jobs.spark;

import io.delta.tables.DeltaTable;
import java.io.IOException;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;
import org.quantsweep.BadInputException;

/**
 * A Delta table that several processes append to. On a plain local file system Delta's commit is
 * not safe for two processes, so a lock file beside the table guards it; object stores need Delta's
 * multi-writer log store, which is the deployment's to configure.
 */
final class DeltaTableFile {
  private final SparkSession spark;
  private final String path;
  private final StructType schema;

  DeltaTableFile(SparkSession spark, String path, StructType schema) {
    this.spark = spark;
    this.path = path;
    this.schema = schema;
  }

  String path() {
    return path;
  }

  boolean exists() {
    return DeltaTable.isDeltaTable(spark, path);
  }

  /** Appends rows as one commit and one file. */
  void append(List<Row> rows) {
    Runnable commit =
        () ->
            spark
                .createDataFrame(rows, schema)
                .coalesce(1)
                .write()
                .format("delta")
                .mode("append")
                .save(path);
    Path local = localPath();
    if (local == null) {
      commit.run();
    } else {
      locked(local.resolveSibling(local.getFileName() + ".lock"), commit);
    }
  }

  private static void locked(Path lockFile, Runnable commit) {
    try {
      Files.createDirectories(lockFile.getParent());
      try (FileChannel channel =
              FileChannel.open(lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
          FileLock lock = channel.lock()) {
        if (!lock.isValid()) {
          throw new IOException("the lock was lost");
        }
        commit.run();
      }
    } catch (IOException e) {
      throw new BadInputException(
          lockFile
              + ": the evaluations cannot be written here ("
              + e.getMessage()
              + ").\nMaybe name a writable place with --evaluations.",
          e);
    }
  }

  /** The place on this machine's file system, or null on another one. */
  private Path localPath() {
    org.apache.hadoop.fs.Path qualified = new org.apache.hadoop.fs.Path(path);
    URI uri = qualified.toUri();
    String scheme =
        uri.getScheme() != null
            ? uri.getScheme()
            : org.apache.hadoop.fs.FileSystem.getDefaultUri(
                    spark.sparkContext().hadoopConfiguration())
                .getScheme();
    return "file".equals(scheme) ? Path.of(uri.getPath()).toAbsolutePath() : null;
  }
}
