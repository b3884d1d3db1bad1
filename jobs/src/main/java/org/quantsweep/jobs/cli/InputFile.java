package org.quantsweep.jobs.cli;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;
import org.apache.hadoop.fs.FileSystem;
import org.quantsweep.BadInputException;
import org.quantsweep.UsageException;
import org.quantsweep.artifact.ModelFiles;
import org.quantsweep.coreml.file.ModelReader;
import org.quantsweep.jobs.files.FileAddress;
import org.quantsweep.jobs.files.ProcessUmask;

/**
 * A file or folder that a command reads. An address such as {@code hdfs://host/x} is brought into a
 * temporary folder first; a plain path, or {@code file:/x}, costs no Hadoop.
 *
 * @param name as the user wrote it, for messages and for what lies beside it
 * @param file on this machine
 */
record InputFile(String name, Path file) {
  /**
   * What a user wrote.
   *
   * @throws BadInputException when an address cannot be read; a plain path is not looked at
   * @throws UsageException when this program cannot name the file
   */
  static InputFile of(String text) {
    try {
      Optional<Path> local = FileAddress.local(text);
      return new InputFile(text, local.isPresent() ? local.get() : fetch(text));
    } catch (InvalidPathException e) {
      throw new UsageException(
          text
              + ": no file can have this name here ("
              + e.getReason()
              + "), since Java takes the characters of names from the locale.\nMaybe set"
              + " LC_ALL=C.UTF-8.",
          e);
    }
  }

  /**
   * The bytes of this file.
   *
   * @throws BadInputException when it cannot be read
   */
  byte[] bytes() {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  /**
   * The files of a model here: of a package, or an archive of one, all that it holds.
   *
   * @throws BadInputException when they cannot be read
   */
  ModelFiles model() {
    return ModelReader.files(file);
  }

  private BadInputException unreadable(IOException e) {
    return new BadInputException(
        file + ": the file cannot be read (" + e + ").\nMaybe check the path.", e);
  }

  /** A file in a folder beside this one, or nothing where there is none. */
  Optional<InputFile> beside(String folder, String child) {
    if (FileAddress.local(name).isPresent()) {
      Path path = file.toAbsolutePath().resolveSibling(folder).resolve(child);
      return Files.isRegularFile(path)
          ? Optional.of(new InputFile(path.toString(), path))
          : Optional.empty();
    }
    String address = folderBeside(folder) + "/" + child;
    try {
      return Optional.of(of(address));
    } catch (BadInputException e) {
      if (e.getCause() instanceof FileNotFoundException) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /** What a folder beside this file is called. */
  String folderBeside(String folder) {
    return FileAddress.local(name).isPresent()
        ? file.toAbsolutePath().resolveSibling(folder).toString()
        : new org.apache.hadoop.fs.Path(new org.apache.hadoop.fs.Path(name).getParent(), folder)
            .toString();
  }

  @Override
  public String toString() {
    return name;
  }

  private static Path fetch(String address) {
    try {
      org.apache.hadoop.fs.Path source = new org.apache.hadoop.fs.Path(address);
      FileSystem files = source.getFileSystem(ProcessUmask.hadoop());
      Path folder = Files.createTempDirectory("quantsweep");
      try {
        Path target = folder.resolve(source.getName());
        files.copyToLocalFile(false, source, new org.apache.hadoop.fs.Path(target.toUri()), true);
        return target;
      } finally {
        deleteAtExit(folder);
      }
    } catch (IOException | IllegalArgumentException e) {
      throw new BadInputException(
          address + ": this cannot be read (" + e.getMessage() + ").\nMaybe check the address.", e);
    }
  }

  private static void deleteAtExit(Path folder) throws IOException {
    try (var files = Files.walk(folder)) {
      // Parents first, for they are deleted in the opposite order.
      files.sorted().forEach(file -> file.toFile().deleteOnExit());
    }
  }
}
