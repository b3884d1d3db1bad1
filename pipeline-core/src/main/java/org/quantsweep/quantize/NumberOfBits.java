package org.quantsweep.quantize;

import java.io.Serializable;
import org.quantsweep.UsageException;

/** Core ML's {@code numberOfBits}: 1 to 8. */
public record NumberOfBits(int bits) implements Comparable<NumberOfBits>, Serializable {
  /**
   * Checks the range.
   *
   * @throws UsageException when it is not in [1, 8]
   */
  public NumberOfBits {
    if (bits < 1 || bits > 8) {
      throw new UsageException(
          "number of bits ("
              + bits
              + ") must be in [1, 8]: Core ML stores no other codes.\n"
              + "Maybe write half for 16 bits.");
    }
  }

  /** How many codes there are: 2^bits. */
  public int codes() {
    return 1 << bits;
  }

  /** The bytes that so many packed codes take: ceil(count x bits / 8). */
  public long packedBytes(long count) {
    return (Math.multiplyExact(count, bits) + 7) / 8;
  }

  @Override
  public int compareTo(NumberOfBits other) {
    return Integer.compare(bits, other.bits);
  }

  @Override
  public String toString() {
    return Integer.toString(bits);
  }
}
