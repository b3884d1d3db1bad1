package org.quantsweep.registry;

import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.regex.Pattern;
import org.quantsweep.digest.ByteSize;
import org.quantsweep.digest.Sha256Digest;

/**
 * The model file to publish, with the digest of the bytes that were judged. Reading it fails before
 * the last byte when the file has changed since: nobody can copy the whole of it.
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
    if (!isFileName(fileName)) {
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

  /** Whether a registry may store a model file under this name: one path segment everywhere. */
  public static boolean isFileName(String text) {
    return FILE_NAME.matcher(text).matches();
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

  /**
   * Opens the bytes; the caller closes the stream. A read throws {@link IOException} instead of
   * giving the last byte when they are not those that were judged.
   */
  public InputStream open() throws IOException {
    return new JudgedBytes(source.open(), fileName, digest, size.bytes());
  }

  /** Digests what is read, and withholds the end of what was not judged. */
  private static final class JudgedBytes extends FilterInputStream {
    private final String fileName;
    private final Sha256Digest digest;
    private final Sha256Digest.Builder builder = new Sha256Digest.Builder();
    private long left;
    private boolean checked;

    private JudgedBytes(InputStream in, String fileName, Sha256Digest digest, long size)
        throws IOException {
      super(in);
      this.fileName = fileName;
      this.digest = digest;
      this.left = size;
      if (size == 0) {
        check();
      }
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      if (length == 0) {
        return 0;
      }
      if (left == 0) {
        return -1;
      }
      int n = super.read(target, offset, (int) Math.min(length, left));
      if (n < 0) {
        throw changed();
      }
      builder.bytes(target, offset, n);
      left -= n;
      if (left == 0) {
        check();
      }
      return n;
    }

    @Override
    public long skip(long n) throws IOException {
      long skipped = 0;
      while (skipped < n && read() >= 0) {
        skipped++;
      }
      return skipped;
    }

    @Override
    public boolean markSupported() {
      return false;
    }

    private void check() throws IOException {
      if (!checked && (in.read() >= 0 || !builder.build().equals(digest))) {
        throw changed();
      }
      checked = true;
    }

    private IOException changed() {
      return new IOException("'" + fileName + "' is not what was judged: it has changed since");
    }
  }
}
