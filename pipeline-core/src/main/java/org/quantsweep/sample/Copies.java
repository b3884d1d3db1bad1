package org.quantsweep.sample;

import java.io.Serializable;
import java.util.Arrays;
import java.util.BitSet;

/** How many copies samples have. Most have one, so only the others take room. */
final class Copies implements Serializable {
  static final Copies NONE = new Copies(new int[0], new int[0]);

  private static final long serialVersionUID = 1L;

  /** Ascending, of samples with more than one. */
  private final int[] ranks;

  private final int[] counts;

  private Copies(int[] ranks, int[] counts) {
    this.ranks = ranks;
    this.counts = counts;
  }

  /** Of the sample at a rank, at least 1. */
  int count(int rank) {
    if (ranks.length == 0) {
      return 1;
    }
    int found = Arrays.binarySearch(ranks, rank);
    return found < 0 ? 1 : counts[found];
  }

  /** How many more samples there are than distinct ones. */
  long beyondFirst() {
    long sum = 0;
    for (int count : counts) {
      sum += count - 1L;
    }
    return sum;
  }

  /** How many more of these there are than distinct ones. */
  long beyondFirst(BitSet among) {
    long sum = 0;
    for (int i = 0; i < ranks.length; i++) {
      sum += among.get(ranks[i]) ? counts[i] - 1L : 0;
    }
    return sum;
  }

  /** Takes counts by ascending rank. */
  static final class Collector {
    private int[] ranks = new int[0];
    private int[] counts = new int[0];
    private int size;

    void add(int rank, int count) {
      if (count == 1) {
        return;
      }
      if (size == ranks.length) {
        int larger = Math.max(16, size + (size >> 1));
        ranks = Arrays.copyOf(ranks, larger);
        counts = Arrays.copyOf(counts, larger);
      }
      ranks[size] = rank;
      counts[size++] = count;
    }

    Copies copies() {
      return new Copies(Arrays.copyOf(ranks, size), Arrays.copyOf(counts, size));
    }
  }
}
