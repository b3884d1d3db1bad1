package org.quantsweep.coreml;

import com.google.protobuf.ByteString;

/** Reads codes of 1 to 8 bits that lie one after the other, most significant bit first. */
final class PackedCodes {
  private PackedCodes() {}

  /** The first {@code count} codes; bytes after them are not looked at. */
  static int[] unpack(ByteString packed, int bits, int count) {
    int[] codes = new int[count];
    if (bits == 8) {
      for (int i = 0; i < count; i++) {
        codes[i] = packed.byteAt(i) & 0xff;
      }
      return codes;
    }
    int mask = (1 << bits) - 1;
    int buffer = 0;
    int held = 0;
    int next = 0;
    for (int i = 0; i < count; i++) {
      if (held < bits) {
        buffer = (buffer << 8 | (packed.byteAt(next++) & 0xff)) & 0xffff;
        held += 8;
      }
      held -= bits;
      codes[i] = buffer >>> held & mask;
    }
    return codes;
  }
}
