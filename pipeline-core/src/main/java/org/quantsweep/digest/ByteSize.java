package org.quantsweep.digest;

import java.io.Serializable;
import java.util.Locale;

/** A number of bytes, at least 0. */
public record ByteSize(long bytes) implements Comparable<ByteSize>, Serializable {
  /** Checks that the size is not negative. */
  public ByteSize {
    if (bytes < 0) {
      throw new IllegalArgumentException("size (" + bytes + " bytes) must not be negative.");
    }
  }

  /** The sum of two sizes. */
  public ByteSize plus(ByteSize other) {
    return new ByteSize(Math.addExact(bytes, other.bytes));
  }

  /** This size as a share of another, for example 0.25. */
  public double ratioTo(ByteSize whole) {
    return (double) bytes / whole.bytes;
  }

  @Override
  public int compareTo(ByteSize other) {
    return Long.compare(bytes, other.bytes);
  }

  /** For people, in decimal units: {@code 1.107 MB}, {@code 18.5 KB}, {@code 999 B}. */
  @Override
  public String toString() {
    if (bytes < 1_000) {
      return bytes + " B";
    }
    if (bytes < 1_000_000) {
      return String.format(Locale.ROOT, "%.1f KB", bytes / 1e3);
    }
    return String.format(Locale.ROOT, "%.3f MB", bytes / 1e6);
  }
}
