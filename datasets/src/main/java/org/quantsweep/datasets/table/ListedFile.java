package org.quantsweep.datasets.table;

import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/**
 * A file that was listed.
 *
 * @param location where it lies
 * @param path what it is called: relative to the folder that was listed
 * @param modified milliseconds since 1970
 */
record ListedFile(String location, String path, long length, long modified)
    implements Serializable {
  /** Its content. */
  byte[] read(Configuration configuration) throws IOException {
    Path file = new Path(location);
    try (InputStream in = RawFiles.at(file, configuration).open(file)) {
      return in.readAllBytes();
    }
  }
}
