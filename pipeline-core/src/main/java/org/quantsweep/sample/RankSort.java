package org.quantsweep.sample;

import java.util.Arrays;
import java.util.function.IntToLongFunction;

/** Puts ranks in the order of 64-bit keys, in time that grows with their number alone. */
public final class RankSort {
  private static final int BITS = 11;
  private static final int MASK = (1 << BITS) - 1;
  private static final long RANK = (1L << Integer.SIZE) - 1;

  private RankSort() {}

  /**
   * Sorts; for a while it takes 16 bytes for each rank.
   *
   * @param ranks ascending; changed
   * @param key of a rank, without a sign; equal keys leave ranks ascending
   * @return the same array
   */
  public static int[] sort(int[] ranks, IntToLongFunction key) {
    Keys keys = Keys.of(ranks, key);
    // The upper half of a key stands above the rank: digits are read one behind the other.
    long[] packed = new long[ranks.length];
    for (int i = 0; i < ranks.length; i++) {
      packed[i] = (keys.of(ranks[i]) & ~RANK) | ranks[i];
    }
    packed = byUpperHalf(packed);
    for (int from = 0; from < packed.length; ) {
      int to = from + 1;
      while (to < packed.length && (packed[from] ^ packed[to]) >>> Integer.SIZE == 0) {
        to++;
      }
      byLowerHalf(packed, from, to, keys);
      from = to;
    }
    for (int i = 0; i < ranks.length; i++) {
      ranks[i] = (int) packed[i];
    }
    return ranks;
  }

  /**
   * Keys as far as they differ: from the least one on, and moved up until the greatest has the
   * first bit. So few have one upper half, where keys lie as close as margins in [0, 1) do.
   */
  private record Keys(IntToLongFunction key, long least, int shift) {
    static Keys of(int[] ranks, IntToLongFunction key) {
      long least = -1L;
      long greatest = 0;
      for (int rank : ranks) {
        long own = key.applyAsLong(rank);
        least = Long.compareUnsigned(own, least) < 0 ? own : least;
        greatest = Long.compareUnsigned(own, greatest) > 0 ? own : greatest;
      }
      // Equal keys have no first bit.
      int shift = Math.min(Long.SIZE - 1, Long.numberOfLeadingZeros(greatest - least));
      return new Keys(key, least, shift);
    }

    long of(int rank) {
      return (key.applyAsLong(rank) - least) << shift;
    }
  }

  private static long[] byUpperHalf(long[] packed) {
    long[] from = packed;
    long[] to = new long[packed.length];
    for (int shift = Integer.SIZE; shift < Long.SIZE; shift += BITS) {
      int[] starts = new int[MASK + 2];
      for (long value : from) {
        starts[((int) (value >>> shift) & MASK) + 1]++;
      }
      for (int digit = 0; digit < MASK; digit++) {
        starts[digit + 1] += starts[digit];
      }
      for (long value : from) {
        to[starts[(int) (value >>> shift) & MASK]++] = value;
      }
      long[] sorted = to;
      to = from;
      from = sorted;
    }
    return from;
  }

  /** Sorts ranks whose keys have one upper half. */
  private static void byLowerHalf(long[] packed, int from, int to, Keys keys) {
    if (to - from == 1) {
      return;
    }
    for (int i = from; i < to; i++) {
      long rank = packed[i] & RANK;
      // The sign bit is turned, because longs are sorted with it.
      packed[i] = ((keys.of((int) rank) << Integer.SIZE) ^ Long.MIN_VALUE) | rank;
    }
    Arrays.sort(packed, from, to);
  }

  /** A key that orders numbers as {@link Double#compare} does. */
  public static long key(double value) {
    long bits = Double.doubleToLongBits(value);
    return bits < 0 ? ~bits : bits ^ Long.MIN_VALUE;
  }
}
