package org.quantsweep.jobs.sweep;

import java.io.FileNotFoundException;
import java.io.IOException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.quantsweep.BadInputException;
import org.quantsweep.artifact.ModelFiles;
import org.quantsweep.digest.ByteSize;
import org.quantsweep.jobs.files.FileAddress;
import org.quantsweep.jobs.files.HadoopStorage;

/** Reads model files and recipes from any Hadoop file system. */
final class InputFiles {
  private static final String MODEL = "Core ML model";
  private static final long LIMIT = Integer.MAX_VALUE - 8L;

  private InputFiles() {}

  /**
   * A model, a file or a folder. Its content is streamed where that is large.
   *
   * @throws BadInputException when there is none, or it is too large
   */
  static ModelFiles model(String location, Configuration configuration) {
    return read(location, MODEL, configuration);
  }

  /**
   * The bytes of a file.
   *
   * @param kind what it is, for messages
   * @throws BadInputException when there is none, or it is too large
   */
  static byte[] bytes(String location, String kind, Configuration configuration) {
    try {
      return read(location, kind, configuration).content().readAll(new ByteSize(LIMIT));
    } catch (IOException e) {
      throw unreadable(location, kind, e);
    }
  }

  /**
   * A file.
   *
   * @param kind what it is, for messages
   * @throws BadInputException when there is none, or it is too large
   */
  private static ModelFiles read(String location, String kind, Configuration configuration) {
    try {
      Path path = new Path(FileAddress.hadoop(location));
      FileSystem files = path.getFileSystem(configuration);
      FileStatus status = files.getFileStatus(path);
      if (status.isDirectory() && !kind.equals(MODEL)) {
        throw new BadInputException(
            location + ": this is a directory, not a " + kind + ".\nMaybe name the file in it.");
      }
      if (status.getLen() > LIMIT) {
        throw new BadInputException(
            location
                + ": the file has "
                + status.getLen()
                + " bytes, more than the limit of "
                + LIMIT
                + ".\nMaybe name another file.");
      }
      return new HadoopStorage(configuration).read(location);
    } catch (FileNotFoundException e) {
      throw new BadInputException(
          location + ": the " + kind + " does not exist.\nMaybe check the path.", e);
    } catch (IOException e) {
      throw unreadable(location, kind, e);
    }
  }

  private static BadInputException unreadable(String location, String kind, IOException e) {
    return new BadInputException(
        location
            + ": the "
            + kind
            + " cannot be read ("
            + e.getMessage()
            + ").\nMaybe check the path.",
        e);
  }
}
