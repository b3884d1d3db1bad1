package org.quantsweep.jobs.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.quantsweep.BadInputException;
import org.quantsweep.artifact.FileContent;
import org.quantsweep.artifact.ModelFiles;
import org.quantsweep.jobs.sweep.WholeFiles;

/**
 * A file that a command writes, here or at an address such as {@code hdfs://host/x}; it appears
 * whole or not at all.
 *
 * @param name as the user wrote it
 */
record OutputFile(String name) {
  OutputFile {
    Objects.requireNonNull(name, "name");
  }

  /**
   * Writes the file, replacing what was there.
   *
   * @throws BadInputException when that is refused
   */
  void write(byte[] bytes) {
    write(FileContent.of(bytes));
  }

  /** Writes a model's files; the same. */
  void write(ModelFiles files) {
    write(files.content());
  }

  private void write(FileContent content) {
    Optional<Path> local = InputFile.local(name);
    if (local.isPresent()) {
      LocalFiles.write(local.get(), content);
      return;
    }
    try {
      WholeFiles.write(new org.apache.hadoop.fs.Path(name), content, new Configuration());
    } catch (IOException | IllegalArgumentException e) {
      throw new BadInputException(
          name
              + ": the file cannot be written ("
              + e.getMessage()
              + ").\nMaybe name a writable place.",
          e);
    }
  }

  @Override
  public String toString() {
    return name;
  }
}
