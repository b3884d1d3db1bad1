package org.quantsweep.quantize;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Packs codes of 1 to 8 bits into bytes. Core ML's neural networks put the most significant bit of
 * each code first and fill bytes from their most significant bit (3-bit codes 1 2 3 4 5 are bytes
 * 29 CA); weight.bin of ML Programs does the opposite (D1 58). The last byte is padded with zeros.
 *
 * <p>Eight codes of w bits fill w bytes, so eight are moved at a time: read as one long, whose
 * neighbours are joined to pairs, fours and eight. Both bit orders are the same steps, with the
 * long read and written in the one byte order or the other.
 */
public final class CodePacker {
  private static final VarHandle BIG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle LITTLE =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private CodePacker() {}

  /**
   * Packs for a neural network.
   *
   * @param codes one code a byte
   * @throws IllegalArgumentException when a code does not fit the number of bits
   */
  public static byte[] packMostSignificantFirst(byte[] codes, NumberOfBits bits) {
    requireRange(codes, bits);
    int width = bits.bits();
    if (width == 8) {
      return codes.clone();
    }
    byte[] packed = new byte[Math.toIntExact(bits.packedBytes(codes.length))];
    EightCodes eight = new EightCodes(width);
    int in = 0;
    int out = 0;
    // Eight bytes are written, of which the next turn overwrites all but the first `width`.
    for (; in + 8 <= codes.length && out + 8 <= packed.length; in += 8, out += width) {
      long joined = eight.join((long) BIG.get(codes, in));
      BIG.set(packed, out, joined << (64 - 8 * width));
    }
    Arrays.fill(packed, out, packed.length, (byte) 0);
    int window = 0;
    int filled = 0;
    for (; in < codes.length; in++) {
      window = (window << width) | codes[in];
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
    if (width == 8) {
      return Arrays.copyOf(packed, count);
    }
    byte[] codes = new byte[count];
    EightCodes eight = new EightCodes(width);
    int in = 0;
    int out = 0;
    for (; in + 8 <= packed.length && out + 8 <= count; in += width, out += 8) {
      long joined = (long) BIG.get(packed, in) >>> (64 - 8 * width);
      BIG.set(codes, out, eight.part(joined));
    }
    int mask = bits.codes() - 1;
    int window = 0;
    int filled = 0;
    for (; out < count; out++) {
      if (filled < width) {
        window = (window << 8) | (packed[in++] & 255);
        filled += 8;
      }
      filled -= width;
      codes[out] = (byte) ((window >>> filled) & mask);
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
    int width = bits.bits();
    if (width == 8) {
      return codes.clone();
    }
    byte[] packed = new byte[Math.toIntExact(bits.packedBytes(codes.length))];
    EightCodes eight = new EightCodes(width);
    int in = 0;
    int out = 0;
    for (; in + 8 <= codes.length && out + 8 <= packed.length; in += 8, out += width) {
      LITTLE.set(packed, out, eight.join((long) LITTLE.get(codes, in)));
    }
    int window = 0;
    int filled = 0;
    for (; in < codes.length; in++) {
      window |= codes[in] << filled;
      filled += width;
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
   * Unpacks from weight.bin; bytes beyond the needed ones are ignored.
   *
   * @throws IllegalArgumentException when there are too few bytes
   */
  public static byte[] unpackLeastSignificantFirst(byte[] packed, NumberOfBits bits, int count) {
    requireBytes(packed, bits, count);
    int width = bits.bits();
    if (width == 8) {
      return Arrays.copyOf(packed, count);
    }
    byte[] codes = new byte[count];
    EightCodes eight = new EightCodes(width);
    int in = 0;
    int out = 0;
    for (; in + 8 <= packed.length && out + 8 <= count; in += width, out += 8) {
      LITTLE.set(codes, out, eight.part((long) LITTLE.get(packed, in)));
    }
    int mask = bits.codes() - 1;
    int window = 0;
    int filled = 0;
    for (; out < count; out++) {
      if (filled < width) {
        window |= (packed[in++] & 255) << filled;
        filled += 8;
      }
      codes[out] = (byte) (window & mask);
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
    if ((seen & beyond) == 0) {
      return;
    }
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

  private static void requireBytes(byte[] packed, NumberOfBits bits, int count) {
    if (count < 0) {
      throw new IllegalArgumentException("number of codes (" + count + ") must not be negative.");
    }
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
