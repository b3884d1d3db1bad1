package org.quantsweep.artifact;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import org.quantsweep.digest.ByteSize;
import org.quantsweep.digest.Sha256Digest;

/** Digests what is read, and withholds the end of what is not the expected content. */
final class VerifiedStream extends FilterInputStream {
  private static final int SKIPPED_AT_ONCE = 1 << 16;

  private final String name;
  private final Sha256Digest expected;
  private final Sha256Digest.Builder read = new Sha256Digest.Builder();
  private long left;
  private boolean checked;

  VerifiedStream(InputStream in, String name, ByteSize size, Sha256Digest expected)
      throws IOException {
    super(in);
    this.name = name;
    this.expected = expected;
    this.left = size.bytes();
    if (left == 0) {
      try {
        check();
      } catch (IOException e) {
        // Nobody else will: the caller gets no stream.
        in.close();
        throw e;
      }
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
    read.bytes(target, offset, n);
    left -= n;
    if (left == 0) {
      check();
    }
    return n;
  }

  @Override
  public long skip(long n) throws IOException {
    byte[] buffer = new byte[(int) Math.max(1, Math.min(n, SKIPPED_AT_ONCE))];
    long skipped = 0;
    while (skipped < n) {
      int read = read(buffer, 0, (int) Math.min(buffer.length, n - skipped));
      if (read < 0) {
        break;
      }
      skipped += read;
    }
    return skipped;
  }

  @Override
  public int available() throws IOException {
    return (int) Math.min(super.available(), left);
  }

  @Override
  public boolean markSupported() {
    return false;
  }

  private void check() throws IOException {
    if (!checked && (in.read() >= 0 || !read.build().equals(expected))) {
      throw changed();
    }
    checked = true;
  }

  private IOException changed() {
    return new IOException("'" + name + "' is not what was judged: it has changed since");
  }
}
