package org.quantsweep.artifact;

import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import org.quantsweep.digest.ByteSize;
import org.quantsweep.digest.Sha256Digest;

/** Content in memory. */
final class MemoryContent implements FileContent {
  private static final long serialVersionUID = 1L;

  private final byte[] bytes;
  private final Sha256Digest digest;

  MemoryContent(byte[] bytes) {
    this(bytes, Sha256Digest.of(bytes));
  }

  /** Of bytes that were verified. */
  MemoryContent(byte[] bytes, Sha256Digest digest) {
    this.bytes = bytes;
    this.digest = digest;
  }

  @Override
  public ByteSize size() {
    return new ByteSize(bytes.length);
  }

  @Override
  public Sha256Digest digest() {
    return digest;
  }

  @Override
  public InputStream open() {
    return new ByteArrayInputStream(bytes);
  }

  @Override
  public byte[] read(long position, int length) throws IOException {
    if (position < 0 || position > bytes.length - length) {
      throw new EOFException("it ends before byte " + (position + length));
    }
    return Arrays.copyOfRange(bytes, (int) position, (int) position + length);
  }

  @Override
  public byte[] readAll(ByteSize limit) throws IOException {
    return size().compareTo(limit) > 0 ? FileContent.super.readAll(limit) : bytes;
  }

  @Override
  public FileContent inMemory(ByteSize limit) throws IOException {
    return size().compareTo(limit) > 0 ? FileContent.super.inMemory(limit) : this;
  }
}
