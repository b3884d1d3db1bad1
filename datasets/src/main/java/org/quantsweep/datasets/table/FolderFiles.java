package org.quantsweep.datasets.table;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocatedFileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;
import org.quantsweep.datasets.FolderWalk;

/**
 * Every file below a folder. Hadoop lists other file systems in a call for each folder, or fewer;
 * of this machine's it would ask a process for each file's permissions.
 */
final class FolderFiles {
  private FolderFiles() {}

  /**
   * Lists a folder, or one file.
   *
   * @param remarks hears what is passed over
   */
  static List<FileStatus> of(FileSystem files, Path root, Consumer<String> remarks)
      throws IOException {
    List<FileStatus> found = new ArrayList<>();
    java.nio.file.Path here = local(files, root);
    if (here == null || !java.nio.file.Files.isDirectory(here)) {
      RemoteIterator<LocatedFileStatus> all = files.listFiles(root, true);
      while (all.hasNext()) {
        found.add(all.next());
      }
      return found;
    }
    FolderWalk walk = FolderWalk.of(here);
    walk.passedOver().forEach(remarks);
    for (FolderWalk.Entry entry : walk.files()) {
      // Of its parts, because a name may have a colon.
      Path place = new Path(root.toUri().getScheme(), null, entry.path().toString());
      found.add(new FileStatus(entry.length(), false, 1, 0, entry.modified(), place));
    }
    return found;
  }

  /** Where a path lies on this machine; null where it lies elsewhere. */
  static java.nio.file.Path local(FileSystem files, Path path) {
    return "file".equals(files.getUri().getScheme())
        ? java.nio.file.Path.of(path.toUri().getPath())
        : null;
  }
}
