package org.quantsweep.artifact;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.quantsweep.digest.ByteSize;
import org.quantsweep.digest.Sha256Digest;

/**
 * A file of this machine.
 *
 * @param file its path, as text: a {@link Path} cannot be serialized
 */
record LocalContent(String file, ByteSize size, Sha256Digest digest) implements FileContent {
  static LocalContent of(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      Measured measured = FileContent.measure(in);
      return new LocalContent(file.toString(), measured.size(), measured.digest());
    }
  }

  static LocalContent of(Path file, Sha256Digest expected) throws IOException {
    return new LocalContent(file.toString(), new ByteSize(Files.size(file)), expected);
  }

  @Override
  public InputStream open() throws IOException {
    Path path = Path.of(file);
    return FileContent.verified(
        Files.newInputStream(path), path.getFileName().toString(), size, digest);
  }
}
