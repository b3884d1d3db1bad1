package org.quantsweep.digest;

import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** A SHA-256 digest, written as 64 lower-case hexadecimal characters (FIPS 180-4). */
public record Sha256Digest(String hex) implements Comparable<Sha256Digest>, Serializable {
  /** The length of a digest's bytes. */
  public static final int BYTES = 32;

  /**
   * Checks the form.
   *
   * @throws IllegalArgumentException when it is not 64 lower-case hexadecimal characters
   */
  public Sha256Digest {
    if (!isForm(hex)) {
      throw new IllegalArgumentException(
          "SHA-256 digest (" + hex + ") must be 64 lower-case hexadecimal characters.");
    }
  }

  /** Not by a regular expression: sets of samples have millions of them. */
  private static boolean isForm(String hex) {
    if (hex.length() != 2 * BYTES) {
      return false;
    }
    for (int i = 0; i < 2 * BYTES; i++) {
      char digit = hex.charAt(i);
      if (!((digit >= '0' && digit <= '9') || (digit >= 'a' && digit <= 'f'))) {
        return false;
      }
    }
    return true;
  }

  /** The digest of some bytes. */
  public static Sha256Digest of(byte[] bytes) {
    return new Builder().bytes(bytes).build();
  }

  /** The digest of a text's UTF-8 bytes. */
  public static Sha256Digest ofText(String text) {
    return of(text.getBytes(StandardCharsets.UTF_8));
  }

  /** The digest that stands in an array of bytes. */
  public static Sha256Digest ofBytes(byte[] bytes, int offset) {
    return new Sha256Digest(HexFormat.of().formatHex(bytes, offset, offset + BYTES));
  }

  /** The first twelve characters, for people. */
  public String abbreviated() {
    return hex.substring(0, 12);
  }

  @Override
  public int compareTo(Sha256Digest other) {
    return hex.compareTo(other.hex);
  }

  @Override
  public String toString() {
    return hex;
  }

  /** Digests several parts; each field is framed by its length, so that no two lists collide. */
  public static final class Builder {
    private final MessageDigest digest;

    /** Starts with nothing. */
    public Builder() {
      try {
        digest = MessageDigest.getInstance("SHA-256");
      } catch (NoSuchAlgorithmException e) {
        throw new IllegalStateException("every Java platform must offer SHA-256.", e);
      }
    }

    /** Appends raw bytes, without a frame. */
    public Builder bytes(byte[] bytes) {
      digest.update(bytes);
      return this;
    }

    /** Appends part of an array, without a frame. */
    public Builder bytes(byte[] bytes, int offset, int length) {
      digest.update(bytes, offset, length);
      return this;
    }

    /** Appends a name and a value as one framed field. */
    public Builder field(String name, String value) {
      framed(name);
      framed(value);
      return this;
    }

    private void framed(String text) {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      int n = bytes.length;
      digest.update(new byte[] {(byte) (n >>> 24), (byte) (n >>> 16), (byte) (n >>> 8), (byte) n});
      digest.update(bytes);
    }

    /** The digest of all that was appended. */
    public Sha256Digest build() {
      return new Sha256Digest(HexFormat.of().formatHex(digest.digest()));
    }
  }
}
