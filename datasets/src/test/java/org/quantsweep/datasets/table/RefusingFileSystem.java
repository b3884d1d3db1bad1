package org.quantsweep.datasets.table;

import java.io.IOException;
import java.net.URI;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.util.Progressable;

/** This machine's files at addresses {@code refusing:/x}, of which some are refused at first. */
public final class RefusingFileSystem extends RawLocalFileSystem {
  private static final URI ROOT = URI.create("refusing:///");
  private static final Deque<String> REFUSED = new ArrayDeque<>();
  private static Runnable meanwhile = () -> {};

  /**
   * Refuses to make files, one after the other.
   *
   * @param endings of their names
   * @param during is done whenever one is refused
   */
  static void refuse(List<String> endings, Runnable during) {
    synchronized (REFUSED) {
      REFUSED.clear();
      REFUSED.addAll(endings);
      meanwhile = during;
    }
  }

  /** How many are still to be refused. */
  static int left() {
    synchronized (REFUSED) {
      return REFUSED.size();
    }
  }

  private static void look(Path file) throws IOException {
    synchronized (REFUSED) {
      if (!REFUSED.isEmpty() && file.getName().endsWith(REFUSED.peek())) {
        REFUSED.remove();
        meanwhile.run();
        throw new IOException("not now");
      }
    }
  }

  @Override
  public String getScheme() {
    return ROOT.getScheme();
  }

  @Override
  public URI getUri() {
    return ROOT;
  }

  @Override
  public FSDataOutputStream create(
      Path file,
      FsPermission permission,
      boolean overwrite,
      int bufferSize,
      short replication,
      long blockSize,
      Progressable progress)
      throws IOException {
    look(file);
    return super.create(file, permission, overwrite, bufferSize, replication, blockSize, progress);
  }

  @Override
  public FSDataOutputStream create(
      Path file,
      boolean overwrite,
      int bufferSize,
      short replication,
      long blockSize,
      Progressable progress)
      throws IOException {
    look(file);
    return super.create(file, overwrite, bufferSize, replication, blockSize, progress);
  }

  @Override
  public boolean rename(Path from, Path to) throws IOException {
    look(to);
    return super.rename(from, to);
  }
}
