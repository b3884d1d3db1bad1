package org.quantsweep.jobs.files;

import java.io.File;
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

  /**
   * The same for Hadoop, which takes what stands before a colon for a scheme: a path on this
   * machine whose first name has a colon is made absolute.
   */
  public static String hadoop(String text) {
    int colon = text.indexOf(':');
    int slash = text.indexOf('/');
    boolean looksLikeScheme = colon >= 0 && (slash < 0 || colon < slash);
    // Not as a Path, which refuses characters that the locale lacks: who looks for it tells that.
    return looksLikeScheme && !ADDRESS.matcher(text).matches()
        ? new File(text).getAbsolutePath()
        : text;
  }
}
