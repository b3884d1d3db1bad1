package org.quantsweep.jobs.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.quantsweep.BadInputException;

/** Writes files of this machine whole or not at all. */
final class LocalFiles {
  private LocalFiles() {}

  static void write(Path file, byte[] bytes) {
    try {
      Path target = file.toAbsolutePath();
      Files.createDirectories(target.getParent());
      Path temporary = Files.createTempFile(target.getParent(), ".quantsweep", ".tmp");
      try {
        Files.write(temporary, bytes);
        Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
      } finally {
        Files.deleteIfExists(temporary);
      }
    } catch (IOException e) {
      throw new BadInputException(
          file + ": the file cannot be written (" + e + ").\nMaybe name a writable place.", e);
    }
  }

  static byte[] read(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new BadInputException(
          file + ": the file cannot be read (" + e + ").\nMaybe check the path.", e);
    }
  }
}
