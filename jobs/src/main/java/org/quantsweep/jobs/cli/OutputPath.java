package org.quantsweep.jobs.cli;

import java.nio.file.Path;
import org.quantsweep.UsageException;
import picocli.CommandLine.ITypeConverter;

/** A file that a command writes, on this machine. */
final class OutputPath implements ITypeConverter<Path> {
  @Override
  public Path convert(String text) {
    if (InputPath.isAddress(text)) {
      throw new UsageException(
          "--output ("
              + text
              + ") must be a path of this machine.\nMaybe write it here and copy it after.");
    }
    return Path.of(text);
  }
}
