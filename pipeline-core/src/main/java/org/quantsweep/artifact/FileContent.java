package org.quantsweep.artifact;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;
import java.nio.file.Path;
import org.quantsweep.digest.ByteSize;
import org.quantsweep.digest.Sha256Digest;

/** The content of one file, known by its SHA-256. It may be larger than one array. */
public interface FileContent extends Serializable {
  /** The number of bytes. */
  ByteSize size();

  /** SHA-256 of the bytes. */
  Sha256Digest digest();

  /**
   * Opens the bytes; the caller closes the stream. A read throws {@link IOException} instead of
   * giving the last byte when the bytes have another size or digest than they had.
   */
  InputStream open() throws IOException;

  /**
   * Some of the bytes, where they lie. The size of the file is checked, its digest is not: that
   * needs all of it.
   *
   * @param position of the first, at least 0
   * @param length how many
   * @throws IOException when the content ends before, or cannot be read
   */
  default byte[] read(long position, int length) throws IOException {
    try (InputStream in = open()) {
      in.skipNBytes(position);
      byte[] bytes = in.readNBytes(length);
      if (bytes.length < length) {
        throw new EOFException("it ends before byte " + (position + length));
      }
      return bytes;
    }
  }

  /** Content in memory; keeps the array, which the caller must not change any more. */
  static FileContent of(byte[] bytes) {
    return new MemoryContent(bytes);
  }

  /** A file of this machine; its digest is taken now. */
  static FileContent of(Path file) throws IOException {
    return LocalContent.of(file);
  }

  /**
   * A file of this machine.
   *
   * @param expected the digest that its bytes must have when they are read
   */
  static FileContent of(Path file, Sha256Digest expected) throws IOException {
    return LocalContent.of(file, expected);
  }

  /**
   * Bytes that must be those of some content: what {@link #open} promises, for content that lies
   * elsewhere.
   *
   * @param name what messages call it
   */
  static InputStream verified(InputStream bytes, String name, ByteSize size, Sha256Digest digest)
      throws IOException {
    return new VerifiedStream(bytes, name, size, digest);
  }

  /** The size and digest of a stream's bytes; reads it to the end. */
  static Measured measure(InputStream bytes) throws IOException {
    return Measured.of(bytes);
  }

  /**
   * What a stream held.
   *
   * @param size its bytes
   * @param digest their SHA-256
   */
  record Measured(ByteSize size, Sha256Digest digest) implements Serializable {
    private static final int BUFFER = 1 << 16;

    private static Measured of(InputStream bytes) throws IOException {
      Sha256Digest.Builder digest = new Sha256Digest.Builder();
      byte[] buffer = new byte[BUFFER];
      long size = 0;
      for (int n = bytes.read(buffer); n >= 0; n = bytes.read(buffer)) {
        digest.bytes(buffer, 0, n);
        size += n;
      }
      return new Measured(new ByteSize(size), digest.build());
    }
  }

  /**
   * All bytes in one array, which the caller must not change: for what is small, or has to be in
   * memory whole.
   *
   * @param limit the largest size that is read
   * @throws IOException when the content is larger, or cannot be read
   */
  default byte[] readAll(ByteSize limit) throws IOException {
    if (size().compareTo(limit) > 0) {
      throw new IOException(
          "its " + size().bytes() + " bytes are more than " + limit.bytes() + " bytes");
    }
    try (InputStream in = open()) {
      return in.readAllBytes();
    }
  }

  /**
   * The same bytes in memory, to be sent elsewhere.
   *
   * @param limit the largest size that is read
   * @throws IOException when the content is larger, or cannot be read
   */
  default FileContent inMemory(ByteSize limit) throws IOException {
    return new MemoryContent(readAll(limit), digest());
  }
}
