package org.quantsweep.jobs.files;

import java.io.IOException;
import org.quantsweep.artifact.ModelFiles;
import org.quantsweep.digest.ByteSize;

/** Reads and writes models, which are lone files or trees, where they are stored. */
public sealed interface ModelStorage permits LocalStorage, HadoopStorage {
  /** Models up to this size are read into memory at once; of larger ones content is streamed. */
  ByteSize LARGEST_IN_MEMORY = new ByteSize(256L << 20);

  /** Where an address leads: a plain path or {@code file:/x} is read and written without Hadoop. */
  static ModelStorage at(String location) {
    return FileAddress.local(location).isPresent()
        ? new LocalStorage()
        : new HadoopStorage(ProcessUmask.hadoop());
  }

  /**
   * The file at a location, or the tree of files in a folder. What has a name that begins with a
   * dot is left out: file systems and their browsers put it there ({@code .crc}, {@code
   * .DS_Store}).
   *
   * @throws IOException when there is nothing, or it cannot be read, or is no model
   */
  ModelFiles read(String location) throws IOException;

  /**
   * Writes a model beside the place that it is for.
   *
   * @throws IOException when that is refused; nothing is left behind then, as far as that goes
   */
  ReadyFiles prepare(String location, ModelFiles files) throws IOException;

  /**
   * Writes a model, whole or not at all; one of that name is replaced, its folder in two steps: for
   * a moment there may be nothing. A folder that holds files which the new model has not is left
   * alone.
   *
   * @throws IOException when that is refused; nothing is left behind then, as far as that goes
   */
  default void write(String location, ModelFiles files) throws IOException {
    ReadyFiles ready = prepare(location, files);
    try {
      ready.replace();
    } catch (IOException e) {
      try {
        ready.discard();
      } catch (IOException left) {
        e.addSuppressed(left);
      }
      throw e;
    }
  }
}
