package org.quantsweep.jobs.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.quantsweep.BadInputException;
import org.quantsweep.artifact.FileContent;

/** Writes files of this machine whole or not at all. */
final class LocalFiles {
  private LocalFiles() {}

  static void write(Path file, FileContent content) {
    try {
      Path target = file.toAbsolutePath();
      Files.createDirectories(target.getParent());
      Path temporary = Files.createTempFile(target.getParent(), ".quantsweep", ".tmp");
      try {
        try (InputStream in = content.open()) {
          Files.copy(in, temporary, StandardCopyOption.REPLACE_EXISTING);
        }
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
