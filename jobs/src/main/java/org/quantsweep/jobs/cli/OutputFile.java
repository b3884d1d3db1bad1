package org.quantsweep.jobs.cli;

import java.io.IOException;
import java.util.Objects;
import org.quantsweep.BadInputException;
import org.quantsweep.artifact.ModelFiles;
import org.quantsweep.jobs.files.FileAddress;
import org.quantsweep.jobs.files.ModelStorage;

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
    write(ModelFiles.lone(bytes));
  }

  /** Writes a model's file or folder; the same. */
  void write(ModelFiles files) {
    try {
      ModelStorage.at(name).write(name, files);
    } catch (IOException | IllegalArgumentException e) {
      boolean local = FileAddress.local(name).isPresent();
      throw new BadInputException(
          (local ? FileAddress.local(name).get() : name)
              + ": the file cannot be written ("
              + (local ? e : e.getMessage())
              + ").\nMaybe name a writable place.",
          e);
    }
  }

  @Override
  public String toString() {
    return name;
  }
}
