package org.quantsweep.registry;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.regex.Pattern;
import org.quantsweep.digest.ByteSize;
import org.quantsweep.digest.Sha256Digest;

/**
 * The model file to publish, with the digest of the bytes that were judged. A registry digests what
 * it copies and refuses a file that has changed since.
 */
public final class ModelArtifact {
  private static final Pattern FILE_NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._ -]{0,199}");
  private static final int BUFFER = 1 << 16;

  /** Opens the bytes, once per call. */
  private interface Source {
    InputStream open() throws IOException;
  }

  private final String fileName;
  private final Sha256Digest digest;
  private final ByteSize size;
  private final Source source;

  private ModelArtifact(String fileName, Sha256Digest digest, ByteSize size, Source source) {
    if (!FILE_NAME.matcher(fileName).matches()) {
      throw new IllegalArgumentException(
          "file name (" + fileName + ") of a published model must be plain letters and digits.");
    }
    this.fileName = fileName;
    this.digest = Objects.requireNonNull(digest, "digest");
    this.size = size;
    this.source = source;
  }

  /**
   * A model in memory; keeps the array, which the caller must not change any more.
   *
   * @param fileName as the registry is to store it, for example {@code model.mlmodel}
   */
  public static ModelArtifact ofBytes(String fileName, byte[] bytes) {
    return new ModelArtifact(
        fileName,
        Sha256Digest.of(bytes),
        new ByteSize(bytes.length),
        () -> new ByteArrayInputStream(bytes));
  }

  /**
   * A model in a local file.
   *
   * @param expected the digest of the bytes that were judged
   */
  public static ModelArtifact ofFile(String fileName, Path file, Sha256Digest expected)
      throws IOException {
    return new ModelArtifact(
        fileName, expected, new ByteSize(Files.size(file)), () -> Files.newInputStream(file));
  }

  /** The digest of a stream's bytes; reads it to the end. */
  public static Sha256Digest digestOf(InputStream stream) throws IOException {
    Sha256Digest.Builder builder = new Sha256Digest.Builder();
    byte[] buffer = new byte[BUFFER];
    for (int n = stream.read(buffer); n >= 0; n = stream.read(buffer)) {
      builder.bytes(buffer, 0, n);
    }
    return builder.build();
  }

  /** The file's name in the registry. */
  public String fileName() {
    return fileName;
  }

  /** SHA-256 of the bytes. */
  public Sha256Digest digest() {
    return digest;
  }

  /** The number of bytes. */
  public ByteSize size() {
    return size;
  }

  /** Opens the bytes; the caller closes the stream. */
  public InputStream open() throws IOException {
    return source.open();
  }
}
