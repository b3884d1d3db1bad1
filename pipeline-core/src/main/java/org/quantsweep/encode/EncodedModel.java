package org.quantsweep.encode;

import java.io.Serializable;
import java.util.Objects;
import org.quantsweep.digest.ByteSize;
import org.quantsweep.digest.Sha256Digest;

/** A model file's bytes as they are judged and published. */
public final class EncodedModel implements Serializable {
  private static final long serialVersionUID = 1L;

  private final byte[] bytes;
  private final Sha256Digest digest;

  /** Keeps the given array: the caller must not change it any more. */
  public EncodedModel(byte[] bytes) {
    this.bytes = bytes;
    this.digest = Sha256Digest.of(bytes);
  }

  /** SHA-256 of the bytes. */
  public Sha256Digest digest() {
    return digest;
  }

  /** The number of bytes. */
  public ByteSize size() {
    return new ByteSize(bytes.length);
  }

  /** The array inside, not copied: whoever takes it must not write to it. */
  public byte[] sharedBytes() {
    return bytes;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof EncodedModel model && digest.equals(model.digest);
  }

  @Override
  public int hashCode() {
    return Objects.hash(digest);
  }

  @Override
  public String toString() {
    return "EncodedModel[" + digest.abbreviated() + ", " + size() + "]";
  }
}
