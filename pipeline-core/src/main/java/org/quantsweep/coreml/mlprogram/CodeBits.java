package org.quantsweep.coreml.mlprogram;

/**
 * Whole numbers of less than a byte in a stream of bits: element i takes bits [i n, i n + n),
 * counted from the lowest bit of the first byte ({@code MILBlob/Util/SubByteConversionUtils} of
 * coremltools).
 */
final class CodeBits {
  private CodeBits() {}

  /** The bytes that so many elements take. */
  static long bytes(DataType type, long count) {
    return Math.addExact(Math.multiplyExact(count, type.bits()), 7) / 8;
  }

  static long[] unpack(byte[] bytes, DataType type, int count) {
    return unpack(bytes, type.bits(), type.isSigned(), count);
  }

  static long[] unpack(byte[] bytes, int bits, boolean signed, int count) {
    long[] values = new long[count];
    int mask = (1 << bits) - 1;
    int unused = 64 - bits;
    for (int i = 0; i < count; i++) {
      long first = (long) i * bits;
      int place = (int) (first >>> 3);
      int window = bytes[place] & 255;
      int shift = (int) (first & 7);
      if (shift + bits > 8) {
        window |= (bytes[place + 1] & 255) << 8;
      }
      long value = ((long) window >>> shift) & mask;
      values[i] = signed ? value << unused >> unused : value;
    }
    return values;
  }

  /** Packs the lowest bits of each code. */
  static byte[] pack(byte[] codes, int bits) {
    byte[] bytes = new byte[Math.toIntExact(((long) codes.length * bits + 7) / 8)];
    int mask = (1 << bits) - 1;
    for (int i = 0; i < codes.length; i++) {
      long first = (long) i * bits;
      int place = (int) (first >>> 3);
      int window = (codes[i] & mask) << (int) (first & 7);
      bytes[place] |= (byte) window;
      if (window > 255) {
        bytes[place + 1] |= (byte) (window >>> 8);
      }
    }
    return bytes;
  }

  static byte[] pack(long[] values, int bits) {
    byte[] bytes = new byte[Math.toIntExact(((long) values.length * bits + 7) / 8)];
    int mask = (1 << bits) - 1;
    for (int i = 0; i < values.length; i++) {
      long first = (long) i * bits;
      int place = (int) (first >>> 3);
      int window = ((int) values[i] & mask) << (int) (first & 7);
      bytes[place] |= (byte) window;
      if (window > 255) {
        bytes[place + 1] |= (byte) (window >>> 8);
      }
    }
    return bytes;
  }
}
