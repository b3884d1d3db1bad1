package org.quantsweep.artifact;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
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
  public byte[] readAll(ByteSize limit) throws IOException {
    return size().compareTo(limit) > 0 ? FileContent.super.readAll(limit) : bytes;
  }

  @Override
  public FileContent inMemory(ByteSize limit) throws IOException {
    return size().compareTo(limit) > 0 ? FileContent.super.inMemory(limit) : this;
  }
}
