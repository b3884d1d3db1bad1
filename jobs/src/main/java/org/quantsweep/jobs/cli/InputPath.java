package org.quantsweep.jobs.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.quantsweep.BadInputException;
import picocli.CommandLine.ITypeConverter;

/**
 * A file or folder that a command reads. An address such as {@code hdfs://host/x} is brought into a
 * temporary folder first; a plain path costs no Hadoop.
 */
final class InputPath implements ITypeConverter<Path> {
  private static final Pattern ADDRESS = Pattern.compile("[a-zA-Z][a-zA-Z0-9+.-]+://?.*");

  @Override
  public Path convert(String text) {
    return isAddress(text) ? fetch(text) : Path.of(text);
  }

  static boolean isAddress(String text) {
    return ADDRESS.matcher(text).matches();
  }

  private static Path fetch(String address) {
    try {
      org.apache.hadoop.fs.Path source = new org.apache.hadoop.fs.Path(address);
      FileSystem files = source.getFileSystem(new Configuration());
      Path folder = Files.createTempDirectory("quantsweep");
      Path target = folder.resolve(source.getName());
      files.copyToLocalFile(false, source, new org.apache.hadoop.fs.Path(target.toUri()), true);
      deleteAtExit(folder);
      return target;
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
