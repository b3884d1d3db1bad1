package org.quantsweep.quantize;

/** Moves eight codes of one width at once: between one a byte of a long, and side by side. */
final class EightCodes {
  private final int gap;
  private final long lowOfPair;
  private final long highOfPair;
  private final long lowOfFour;
  private final long highOfFour;
  private final long lowOfEight;
  private final long highOfEight;

  /** For codes of 1 to 7 bits. */
  EightCodes(int width) {
    gap = 8 - width;
    lowOfPair = ((1L << width) - 1) * 0x0001000100010001L;
    highOfPair = lowOfPair << width;
    lowOfFour = ((1L << (2 * width)) - 1) * 0x0000000100000001L;
    highOfFour = lowOfFour << (2 * width);
    lowOfEight = (1L << (4 * width)) - 1;
    highOfEight = lowOfEight << (4 * width);
  }

  /** From one a byte to 8 x width neighbouring bits at the low end, in the same order. */
  long join(long codes) {
    long pairs = (codes & lowOfPair) | ((codes >>> gap) & highOfPair);
    long fours = (pairs & lowOfFour) | ((pairs >>> (2 * gap)) & highOfFour);
    return (fours & lowOfEight) | ((fours >>> (4 * gap)) & highOfEight);
  }

  /** The opposite of {@link #join}: what lies above the 8 x width bits is left out. */
  long part(long joined) {
    long fours = (joined & lowOfEight) | ((joined & highOfEight) << (4 * gap));
    long pairs = (fours & lowOfFour) | ((fours & highOfFour) << (2 * gap));
    return (pairs & lowOfPair) | ((pairs & highOfPair) << gap);
  }
}
