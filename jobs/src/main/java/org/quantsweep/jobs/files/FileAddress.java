package org.quantsweep.jobs.files;

import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;

/** What users write for files: a plain path, {@code file:/x}, or {@code hdfs://host/x}. */
public final class FileAddress {
  private static final Pattern ADDRESS = Pattern.compile("[a-zA-Z][a-zA-Z0-9+.-]+:/.*");

  private FileAddress() {}

  /** The path on this machine, unless it is an address elsewhere. */
  public static Optional<Path> local(String text) {
    if (!ADDRESS.matcher(text).matches()) {
      return Optional.of(Path.of(text));
    }
    if (!text.startsWith("file:/")) {
      return Optional.empty();
    }
    // As Hadoop reads it: nothing is unescaped.
    return Optional.of(Path.of(new org.apache.hadoop.fs.Path(text).toUri().getPath()));
  }
}
