package org.quantsweep.datasets.table;

import java.io.IOException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.ChecksumFileSystem;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * File systems as they are for reading, without the sums that Hadoop keeps beside the files of this
 * machine: they may be missing, and Hadoop cannot name them where a file's name has a colon.
 */
final class RawFiles {
  private RawFiles() {}

  static FileSystem at(Path path, Configuration configuration) throws IOException {
    FileSystem files = path.getFileSystem(configuration);
    return files instanceof ChecksumFileSystem summed ? summed.getRawFileSystem() : files;
  }
}
