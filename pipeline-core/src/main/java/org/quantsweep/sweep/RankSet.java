package org.quantsweep.sweep;

import java.io.Serializable;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collection;
import java.util.function.IntConsumer;
import java.util.function.IntPredicate;
import java.util.function.IntUnaryOperator;

/**
 * A set of ranks, a bit each, from about its first one on. So the ranks of a shard take the room of
 * that shard, wherever it lies in its set.
 */
public final class RankSet implements Serializable {
  private static final long serialVersionUID = 1L;
  private static final RankSet NONE = new RankSet(0, new long[0]);

  /** In words. */
  private final int offset;

  /** Neither the first nor the last is 0. */
  private final long[] words;

  private RankSet(int offset, long[] words) {
    this.offset = offset;
    this.words = words;
  }

  /** No rank. */
  public static RankSet none() {
    return NONE;
  }

  /** Of some ranks in any order. */
  public static RankSet of(Collection<Integer> ranks) {
    BitSet set = new BitSet();
    ranks.forEach(set::set);
    return of(set);
  }

  /** A copy of a set. */
  public static RankSet of(BitSet ranks) {
    return trimmed(0, ranks.toLongArray());
  }

  /** Those of a set in [from, to). */
  public static RankSet of(BitSet ranks, int from, int to) {
    int offset = from / Long.SIZE;
    BitSet part = ranks.get(offset * Long.SIZE, Math.max(from, to));
    part.clear(0, from - offset * Long.SIZE);
    return trimmed(offset, part.toLongArray());
  }

  private static RankSet trimmed(int offset, long[] words) {
    int first = 0;
    int end = words.length;
    while (end > 0 && words[end - 1] == 0) {
      end--;
    }
    while (first < end && words[first] == 0) {
      first++;
    }
    return first == end ? NONE : new RankSet(offset + first, Arrays.copyOfRange(words, first, end));
  }

  /** Whether a rank is in it. */
  public boolean contains(int rank) {
    int word = rank / Long.SIZE - offset;
    return word >= 0 && word < words.length && (words[word] & 1L << rank) != 0;
  }

  /** How many ranks are in it. */
  public int size() {
    int sum = 0;
    for (long word : words) {
      sum += Long.bitCount(word);
    }
    return sum;
  }

  /** Whether no rank is in it. */
  public boolean isEmpty() {
    return words.length == 0;
  }

  /** Whether every rank of another set is in it. */
  boolean containsAll(RankSet other) {
    return other.minus(this).isEmpty();
  }

  /** Those of [from, to), counted from {@code from} on. */
  public RankSet shifted(int from, int to) {
    return of(toBitSet(from, to));
  }

  /** Where the ranks stand in another set; those are left out that are negative there. */
  public RankSet moved(IntUnaryOperator to) {
    Union moved = new Union();
    forEach(
        rank -> {
          int other = to.applyAsInt(rank);
          if (other >= 0) {
            moved.add(other);
          }
        });
    return moved.united();
  }

  /** Those that meet a condition. */
  public RankSet where(IntPredicate condition) {
    return moved(rank -> condition.test(rank) ? rank : -1);
  }

  /** The ranks of both. */
  public RankSet plus(RankSet other) {
    if (isEmpty()) {
      return other;
    }
    if (other.isEmpty()) {
      return this;
    }
    int first = Math.min(offset, other.offset);
    int end = Math.max(offset + words.length, other.offset + other.words.length);
    long[] both = new long[end - first];
    System.arraycopy(words, 0, both, offset - first, words.length);
    for (int i = 0; i < other.words.length; i++) {
      both[other.offset - first + i] |= other.words[i];
    }
    return new RankSet(first, both);
  }

  /** The ranks that another set lacks. */
  public RankSet minus(RankSet other) {
    long[] left = words.clone();
    int from = Math.max(offset, other.offset);
    int to = Math.min(offset + words.length, other.offset + other.words.length);
    for (int word = from; word < to; word++) {
      left[word - offset] &= ~other.words[word - other.offset];
    }
    return trimmed(offset, left);
  }

  /** The ranks that both have. */
  public RankSet and(RankSet other) {
    return minus(minus(other));
  }

  /** Those of [from, to), counted from {@code from} on. */
  private BitSet toBitSet(int from, int to) {
    BitSet part = new BitSet(to - from);
    int first = Math.max(from, offset * Long.SIZE);
    int end = Math.min(to, (offset + words.length) * Long.SIZE);
    for (int rank = first; rank < end; rank++) {
      if (contains(rank)) {
        part.set(rank - from);
      }
    }
    return part;
  }

  /** A copy. */
  public BitSet toBitSet() {
    long[] all = new long[offset + words.length];
    System.arraycopy(words, 0, all, offset, words.length);
    return BitSet.valueOf(all);
  }

  /** The first rank that is not below another one; -1 when there is none. */
  public int next(int from) {
    int word = Math.max(0, from / Long.SIZE - offset);
    if (word >= words.length) {
      return -1;
    }
    boolean inside = from / Long.SIZE >= offset;
    long left = inside ? words[word] & -1L << from : words[word];
    while (left == 0) {
      if (++word == words.length) {
        return -1;
      }
      left = words[word];
    }
    return (offset + word) * Long.SIZE + Long.numberOfTrailingZeros(left);
  }

  /** Hands over each rank, ascending. */
  public void forEach(IntConsumer each) {
    for (int i = 0; i < words.length; i++) {
      for (long left = words[i]; left != 0; left &= left - 1) {
        each.accept((offset + i) * Long.SIZE + Long.numberOfTrailingZeros(left));
      }
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof RankSet set && offset == set.offset && Arrays.equals(words, set.words);
  }

  @Override
  public int hashCode() {
    return 31 * offset + Arrays.hashCode(words);
  }

  @Override
  public String toString() {
    return toBitSet().toString();
  }

  /** Unites many sets in time that grows with the ranks of each, not with all before it. */
  static final class Union {
    private int offset;
    private long[] words = new long[0];

    void add(RankSet set) {
      if (set.isEmpty()) {
        return;
      }
      reach(set.offset);
      reach(set.offset + set.words.length - 1);
      for (int i = 0; i < set.words.length; i++) {
        words[set.offset - offset + i] |= set.words[i];
      }
    }

    void add(int rank) {
      reach(rank / Long.SIZE);
      words[rank / Long.SIZE - offset] |= 1L << rank;
    }

    /** Those of a set that are not here. */
    RankSet missing(RankSet set) {
      return set.minus(new RankSet(offset, words));
    }

    RankSet united() {
      return trimmed(offset, words);
    }

    /** Makes room for a word; twice as much each time, so that all of it is copied seldom. */
    private void reach(int word) {
      if (words.length == 0) {
        offset = word;
        words = new long[1];
      } else if (word < offset) {
        int lower = Math.max(0, Math.min(word, offset - words.length));
        long[] moved = new long[words.length + offset - lower];
        System.arraycopy(words, 0, moved, offset - lower, words.length);
        words = moved;
        offset = lower;
      } else if (word - offset >= words.length) {
        words = Arrays.copyOf(words, Math.max(word - offset + 1, 2 * words.length));
      }
    }
  }
}
