package org.quantsweep.jobs.sweep;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.UUID;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileContext;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Options;
import org.apache.hadoop.fs.Path;
import org.quantsweep.artifact.FileContent;

/** Writes files of any Hadoop file system that appear whole or not at all. */
public final class WholeFiles {
  private WholeFiles() {}

  /**
   * Writes a file beside the target and renames it; what was there is replaced.
   *
   * @throws IOException when the file system refuses it; nothing is left behind then
   */
  public static void write(Path file, FileContent content, Configuration configuration)
      throws IOException {
    FileSystem files = file.getFileSystem(configuration);
    Path target = files.makeQualified(file);
    Path temporary = new Path(target.getParent(), "." + target.getName() + "." + UUID.randomUUID());
    try {
      try (InputStream in = content.open();
          OutputStream out = files.create(temporary, true)) {
        in.transferTo(out);
      }
      FileContext.getFileContext(target.toUri(), configuration)
          .rename(temporary, target, Options.Rename.OVERWRITE);
    } catch (IOException e) {
      try {
        files.delete(temporary, false);
      } catch (IOException left) {
        e.addSuppressed(left);
      }
      throw e;
    }
  }
}
