package org.quantsweep.sample;

import java.io.Serializable;

/**
 * The lengths that an axis may have, both ends inclusive.
 *
 * @param least at least 0
 * @param most at least {@code least}; {@link #UNBOUNDED} when nothing limits it
 */
public record LengthRange(long least, long most) implements Serializable {
  /** Stands for no upper limit. */
  public static final long UNBOUNDED = Long.MAX_VALUE;

  /** Checks the order of the ends. */
  public LengthRange {
    if (least < 0 || most < least) {
      throw new IllegalArgumentException(
          "range of lengths ["
              + least
              + ", "
              + most
              + "] must begin at 0 or more and not be empty.");
    }
  }

  /** Exactly one length. */
  public static LengthRange exactly(long length) {
    return new LengthRange(length, length);
  }

  /** Whether a length is allowed. */
  public boolean contains(long length) {
    return least <= length && length <= most;
  }
}
