package org.quantsweep.sample;

import java.util.Arrays;

/** Digests with their numbers of copies, as they come; sorted in place, equal ones united. */
final class DigestSort {
  private static final int FEW = 16;
  private static final int WORDS = DigestTable.WORDS;

  private long[] words;
  private int[] counts;
  private int size;

  /** With room for so many; more are taken too. */
  DigestSort(int expected) {
    int room = Math.max(FEW, expected);
    words = new long[WORDS * room];
    counts = new int[room];
  }

  int size() {
    return size;
  }

  void add(long[] digest, int copies) {
    if (size == counts.length) {
      int larger = size + (size >> 1);
      words = Arrays.copyOf(words, WORDS * larger);
      counts = Arrays.copyOf(counts, larger);
    }
    System.arraycopy(digest, 0, words, WORDS * size, WORDS);
    counts[size++] = copies;
  }

  /** The words of what is here, of which the first {@link #size} digests count. */
  long[] words() {
    return words;
  }

  int count(int place) {
    return counts[place];
  }

  /** Puts the digests in order and adds up the copies of equal ones. */
  void sort() {
    if (!isAscending()) {
      sort(0, size);
    }
    int kept = 0;
    for (int place = 0; place < size; place++) {
      if (kept > 0 && compare(kept - 1, place) == 0) {
        counts[kept - 1] = Math.addExact(counts[kept - 1], counts[place]);
      } else {
        System.arraycopy(words, WORDS * place, words, WORDS * kept, WORDS);
        counts[kept++] = counts[place];
      }
    }
    size = kept;
  }

  private boolean isAscending() {
    for (int place = 1; place < size; place++) {
      if (compare(place - 1, place) > 0) {
        return false;
      }
    }
    return true;
  }

  /** Quicksort of three parts: copies of one sample may be many. */
  private void sort(int from, int to) {
    int low = from;
    int high = to;
    long[] pivot = new long[WORDS];
    while (high - low > FEW) {
      System.arraycopy(words, WORDS * ((low + high) >>> 1), pivot, 0, WORDS);
      int smaller = low;
      int place = low;
      int larger = high;
      while (place < larger) {
        int order = compare(place, pivot);
        if (order < 0) {
          swap(smaller++, place++);
        } else if (order > 0) {
          swap(place, --larger);
        } else {
          place++;
        }
      }
      // The longer part stays here, so that few calls stand on one another.
      if (smaller - low < high - larger) {
        sort(low, smaller);
        low = larger;
      } else {
        sort(larger, high);
        high = smaller;
      }
    }
    for (int place = low + 1; place < high; place++) {
      for (int at = place; at > low && compare(at - 1, at) > 0; at--) {
        swap(at - 1, at);
      }
    }
  }

  private int compare(int one, int other) {
    for (int word = 0; word < WORDS; word++) {
      int order = Long.compareUnsigned(words[WORDS * one + word], words[WORDS * other + word]);
      if (order != 0) {
        return order;
      }
    }
    return 0;
  }

  private int compare(int one, long[] digest) {
    for (int word = 0; word < WORDS; word++) {
      int order = Long.compareUnsigned(words[WORDS * one + word], digest[word]);
      if (order != 0) {
        return order;
      }
    }
    return 0;
  }

  private void swap(int one, int other) {
    for (int word = 0; word < WORDS; word++) {
      long kept = words[WORDS * one + word];
      words[WORDS * one + word] = words[WORDS * other + word];
      words[WORDS * other + word] = kept;
    }
    int kept = counts[one];
    counts[one] = counts[other];
    counts[other] = kept;
  }
}
