package org.quantsweep.artifact;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
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

  @Override
  public byte[] read(long position, int length) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(length);
    try (FileChannel channel = FileChannel.open(Path.of(file))) {
      if (channel.size() != size.bytes()) {
        throw new IOException(
            "'" + Path.of(file).getFileName() + "' has changed since it was judged");
      }
      while (bytes.hasRemaining()) {
        if (channel.read(bytes, position + bytes.position()) < 0) {
          throw new EOFException("it ends before byte " + (position + length));
        }
      }
    }
    return bytes.array();
  }
}
