package org.quantsweep.datasets.table;

import java.io.IOException;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ConcurrentModificationException;
import org.apache.hadoop.fs.FileSystem;
import org.apache.spark.sql.SparkSession;

/**
 * Guards a Delta table that several processes write. On a plain local file system Delta's commit is
 * not safe for two processes, so a lock file beside the table guards it. Object stores need Delta's
 * multi-writer log store, which is the deployment's to configure. What another writer's commit
 * refuses is done again, rows and all.
 */
public final class TableLock {
  private static final int TRIES = 10;
  private static final long PAUSE_MILLISECONDS = 100;

  /** The lock file; null where the table does not lie on this machine's file system. */
  private final Path lockFile;

  private TableLock(Path lockFile) {
    this.lockFile = lockFile;
  }

  /** Of a table that need not exist yet. */
  public static TableLock of(SparkSession spark, String table) {
    URI uri = new org.apache.hadoop.fs.Path(table).toUri();
    String scheme =
        uri.getScheme() != null
            ? uri.getScheme()
            : FileSystem.getDefaultUri(spark.sparkContext().hadoopConfiguration()).getScheme();
    if (!"file".equals(scheme)) {
      return new TableLock(null);
    }
    Path local = Path.of(uri.getPath()).toAbsolutePath();
    return new TableLock(local.resolveSibling(local.getFileName() + ".lock"));
  }

  /**
   * Does some work while no other process writes the table.
   *
   * @param work reads what the table holds, then writes; it may be done several times
   * @throws IOException when the lock file cannot be made
   */
  public void run(Runnable work) throws IOException {
    if (lockFile == null) {
      retried(work);
      return;
    }
    Files.createDirectories(lockFile.getParent());
    try (FileChannel channel =
            FileChannel.open(lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock = lock(channel)) {
      if (!lock.isValid()) {
        throw new IOException("the lock was lost");
      }
      // Who holds no lock may write all the same: another version of this program, or Spark alone.
      retried(work);
    }
  }

  /** Two writers that make a table in the same moment: one of them is refused, and tries again. */
  private static void retried(Runnable work) throws IOException {
    for (int attempt = 1; ; attempt++) {
      try {
        work.run();
        return;
      } catch (RuntimeException e) {
        if (attempt == TRIES || !isConflict(e)) {
          throw e;
        }
        pause();
      }
    }
  }

  /** Whether another writer's commit came first. */
  static boolean isConflict(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof ConcurrentModificationException) {
        return true;
      }
    }
    return false;
  }

  private static FileLock lock(FileChannel channel) throws IOException {
    while (true) {
      try {
        return channel.lock();
      } catch (OverlappingFileLockException e) {
        // Locks are a process's: another thread of this one has it.
        pause();
      }
    }
  }

  private static void pause() throws IOException {
    try {
      Thread.sleep(PAUSE_MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while waiting for another writer", e);
    }
  }
}
