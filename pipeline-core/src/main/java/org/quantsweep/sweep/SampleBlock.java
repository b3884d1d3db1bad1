package org.quantsweep.sweep;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/**
 * Samples of a set whose ranks follow one another.
 *
 * @param from the first rank, at least 0
 * @param end the rank behind the last one, above {@code from}
 */
public record SampleBlock(int from, int end) implements Serializable {
  /** Every sample of any set. */
  public static final SampleBlock ALL = new SampleBlock(0, Integer.MAX_VALUE);

  /** Checks the ranks. */
  public SampleBlock {
    if (from < 0 || end <= from) {
      throw new IllegalArgumentException(
          "from (" + from + ") must be at least 0 and below end (" + end + ").");
    }
  }

  /**
   * A set cut so that each block holds as many samples as all before it: who looks at one block
   * after the other doubles what is known.
   *
   * @param first how many samples the first one holds at most, at least 1
   * @param size of the set
   */
  public static List<SampleBlock> doubling(int first, int size) {
    List<SampleBlock> blocks = new ArrayList<>();
    int from = 0;
    while (from < size) {
      int end = (int) Math.min(size, from == 0 ? first : 2L * from);
      blocks.add(new SampleBlock(from, end));
      from = end;
    }
    return blocks;
  }

  /** How many samples it holds. */
  public int size() {
    return end - from;
  }

  /** How many of some samples it holds. */
  public long count(List<PreparedSample> samples) {
    return samples.stream().filter(sample -> holds(sample.rank())).count();
  }

  /** Whether it holds the sample of a rank. */
  public boolean holds(int rank) {
    return from <= rank && rank < end;
  }

  /** Whether it holds one of the samples of the ranks in {@code [first, behind)}. */
  public boolean meets(int first, int behind) {
    return first < end && from < behind;
  }
}
