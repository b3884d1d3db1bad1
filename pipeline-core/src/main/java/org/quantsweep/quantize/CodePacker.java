package org.quantsweep.quantize;

/**
 * Packs codes of 1 to 8 bits into bytes. Core ML's neural networks put the most significant bit of
 * each code first and fill bytes from their most significant bit (3-bit codes 1 2 3 4 5 are bytes
 * 29 CA); weight.bin of ML Programs does the opposite (D1 58). The last byte is padded with zeros.
 */
public final class CodePacker {
  private CodePacker() {}

  /**
   * Packs for a neural network.
   *
   * @param codes one code a byte
   * @throws IllegalArgumentException when a code does not fit the number of bits
   */
  public static byte[] packMostSignificantFirst(byte[] codes, NumberOfBits bits) {
    int width = bits.bits();
    requireRange(codes, bits);
    if (width == 8) {
      return codes.clone();
    }
    byte[] packed = new byte[Math.toIntExact(bits.packedBytes(codes.length))];
    long window = 0;
    int filled = 0;
    int out = 0;
    for (byte code : codes) {
      window = (window << width) | code;
      filled += width;
      if (filled >= 8) {
        filled -= 8;
        packed[out++] = (byte) (window >>> filled);
      }
    }
    if (filled > 0) {
      packed[out] = (byte) (window << (8 - filled));
    }
    return packed;
  }

  /**
   * Unpacks for a neural network; bytes beyond the needed ones are ignored, as Core ML does.
   *
   * @throws IllegalArgumentException when there are too few bytes
   */
  public static byte[] unpackMostSignificantFirst(byte[] packed, NumberOfBits bits, int count) {
    requireBytes(packed, bits, count);
    int width = bits.bits();
    byte[] codes = new byte[count];
    int mask = bits.codes() - 1;
    long window = 0;
    int filled = 0;
    int in = 0;
    for (int i = 0; i < count; i++) {
      if (filled < width) {
        window = (window << 8) | (packed[in++] & 255);
        filled += 8;
      }
      filled -= width;
      codes[i] = (byte) ((window >>> filled) & mask);
    }
    return codes;
  }

  /**
   * Packs for weight.bin.
   *
   * @param codes one code a byte
   * @throws IllegalArgumentException when a code does not fit the number of bits
   */
  public static byte[] packLeastSignificantFirst(byte[] codes, NumberOfBits bits) {
    requireRange(codes, bits);
    byte[] packed = new byte[Math.toIntExact(bits.packedBytes(codes.length))];
    int window = 0;
    int filled = 0;
    int out = 0;
    for (byte code : codes) {
      window |= (code & 255) << filled;
      filled += bits.bits();
      if (filled >= 8) {
        packed[out++] = (byte) window;
        window >>>= 8;
        filled -= 8;
      }
    }
    if (filled > 0) {
      packed[out] = (byte) window;
    }
    return packed;
  }

  /**
   * Unpacks from weight.bin.
   *
   * @throws IllegalArgumentException when there are too few bytes
   */
  public static byte[] unpackLeastSignificantFirst(byte[] packed, NumberOfBits bits, int count) {
    requireBytes(packed, bits, count);
    int width = bits.bits();
    byte[] codes = new byte[count];
    int mask = bits.codes() - 1;
    int window = 0;
    int filled = 0;
    int in = 0;
    for (int i = 0; i < count; i++) {
      if (filled < width) {
        window |= (packed[in++] & 255) << filled;
        filled += 8;
      }
      codes[i] = (byte) (window & mask);
      window >>>= width;
      filled -= width;
    }
    return codes;
  }

  private static void requireRange(byte[] codes, NumberOfBits bits) {
    int beyond = ~(bits.codes() - 1) & 255;
    int seen = 0;
    for (byte code : codes) {
      seen |= code;
    }
    if ((seen & beyond) != 0) {
      for (int i = 0; i < codes.length; i++) {
        if ((codes[i] & beyond) != 0) {
          throw new IllegalArgumentException(
              "code ("
                  + (codes[i] & 255)
                  + ") at place "
                  + i
                  + " does not fit "
                  + bits
                  + " bits: it must be below "
                  + bits.codes()
                  + ".");
        }
      }
    }
  }

  private static void requireBytes(byte[] packed, NumberOfBits bits, int count) {
    if (packed.length < bits.packedBytes(count)) {
      throw new IllegalArgumentException(
          count
              + " codes of "
              + bits
              + " bits need "
              + bits.packedBytes(count)
              + " bytes, but there are "
              + packed.length
              + ".");
    }
  }
}
