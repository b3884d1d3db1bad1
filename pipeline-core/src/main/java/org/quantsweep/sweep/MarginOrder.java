package org.quantsweep.sweep;

import java.util.AbstractList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.RandomAccess;
import org.quantsweep.sample.RankSort;

/**
 * The one order in which samples are judged. Up to {@link #MOST_SORTED} samples that is ascending
 * margin, then rank. Of more only the hardest are sorted, because only they end a candidate early:
 * those whose margin is at most that of the hardest sixteenth of the first {@link #PART} samples.
 * The others follow by rank, which is the order of their digests. Digests are drawn, so their first
 * samples stand for all. The order follows from the samples and their margins alone.
 */
final class MarginOrder extends AbstractList<Integer> implements RandomAccess {
  /** 2^24: beyond it a sorted order would take most of what the driver holds for a sample. */
  static final int MOST_SORTED = 1 << 24;

  /**
   * The samples by which the margin is estimated: it hardly ever takes a thousandth more or less of
   * them.
   */
  static final int PART = 1 << 20;

  private static final int HARDEST = 16;

  /** Others between two places that are known: as many as one look-up steps over at most. */
  private static final int STEP = 64;

  private final int[] hardest;
  private final BitSet others;
  private final int[] known;
  private final int size;

  private MarginOrder(int[] hardest, BitSet others) {
    this.hardest = hardest;
    this.others = others;
    int count = others.cardinality();
    this.size = hardest.length + count;
    this.known = new int[count / STEP + 1];
    int place = 0;
    for (int rank = others.nextSetBit(0); rank >= 0; rank = others.nextSetBit(rank + 1)) {
      if (place % STEP == 0) {
        known[place / STEP] = rank;
      }
      place++;
    }
  }

  /** The order of samples by their margins. */
  static MarginOrder of(RankSet answered, double[] margins, int first) {
    return of(answered, margins, first, MOST_SORTED, PART);
  }

  /** With limits of one's own. */
  static MarginOrder of(RankSet answered, double[] margins, int first, int mostSorted, int part) {
    BitSet others = answered.toBitSet();
    int[] ranks = others.stream().toArray();
    if (ranks.length <= mostSorted) {
      return new MarginOrder(sorted(ranks, margins, first), new BitSet());
    }
    int[] drawn = sorted(Arrays.copyOf(ranks, part), margins, first);
    double limit = margins[drawn[part / HARDEST - 1] - first];
    int count = 0;
    for (int rank : ranks) {
      if (Double.compare(margins[rank - first], limit) <= 0) {
        ranks[count++] = rank;
        others.clear(rank);
      }
    }
    return new MarginOrder(sorted(Arrays.copyOf(ranks, count), margins, first), others);
  }

  private static int[] sorted(int[] ranks, double[] margins, int first) {
    return RankSort.sort(ranks, rank -> RankSort.key(margins[rank - first]));
  }

  @Override
  public Integer get(int place) {
    if (place < hardest.length) {
      return hardest[place];
    }
    if (place >= size) {
      throw new IndexOutOfBoundsException(place);
    }
    int other = place - hardest.length;
    int rank = known[other / STEP];
    for (int left = other % STEP; left > 0; left--) {
      rank = others.nextSetBit(rank + 1);
    }
    return rank;
  }

  @Override
  public Iterator<Integer> iterator() {
    return new Iterator<>() {
      private int place;
      private int other = others.nextSetBit(0);

      @Override
      public boolean hasNext() {
        return place < size;
      }

      @Override
      public Integer next() {
        if (place == size) {
          throw new NoSuchElementException();
        }
        if (place < hardest.length) {
          return hardest[place++];
        }
        int rank = other;
        other = others.nextSetBit(rank + 1);
        place++;
        return rank;
      }
    };
  }

  @Override
  public int size() {
    return size;
  }
}
