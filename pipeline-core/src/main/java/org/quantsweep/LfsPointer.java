package org.quantsweep;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** The few lines that Git keeps in place of a large file until {@code git lfs pull} brings it. */
public final class LfsPointer {
  /** No pointer is longer, by Git LFS's specification. */
  public static final int MOST_BYTES = 1024;

  /** What such a file is, for messages. */
  public static final String WHAT = "it is a Git LFS pointer, not the file that it stands for.";

  /** What helps. */
  public static final String CURE = "Maybe run git lfs pull in its folder.";

  private static final byte[] BEGINNING =
      "version https://git-lfs.github.com/spec/".getBytes(StandardCharsets.US_ASCII);

  private LfsPointer() {}

  /** Whether a file's bytes are one. */
  public static boolean is(byte[] bytes) {
    return bytes.length >= BEGINNING.length
        && bytes.length <= MOST_BYTES
        && Arrays.equals(bytes, 0, BEGINNING.length, BEGINNING, 0, BEGINNING.length);
  }
}
