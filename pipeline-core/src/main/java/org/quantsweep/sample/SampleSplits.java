package org.quantsweep.sample;

import java.math.BigDecimal;
import java.util.BitSet;
import java.util.List;
import org.quantsweep.BadInputException;
import org.quantsweep.UsageException;
import org.quantsweep.digest.Sha256Digest;

/**
 * Three disjoint parts of a sample set: one that options are fitted on, one that plans are chosen
 * on, one that the choice is confirmed on. They follow from the samples' digests and a seed alone;
 * the copies of a sample stay together.
 */
public record SampleSplits(
    SampleIndex calibration, SampleIndex selection, SampleIndex confirmation) {
  /**
   * Splits a set. A size of 1 or more is a count; shares are of the whole set. When the shares add
   * up to 1, every sample has a part.
   *
   * @throws UsageException when the sizes ask for more samples than there are, or for none to
   *     select on
   * @throws BadInputException when the samples are too few for any to select on
   */
  public static SampleSplits of(SampleIndex all, SplitSizes sizes, long seed) {
    if (sizes.equals(SplitSizes.SELECTION_ONLY)) {
      return new SampleSplits(none(), all, none());
    }
    long calibration = SplitSizes.count(sizes.calibration(), all.total());
    long selection = SplitSizes.count(sizes.selection(), all.total());
    long confirmation = SplitSizes.count(sizes.confirmation(), all.total());
    boolean whole =
        sizes
                .calibration()
                .add(sizes.selection())
                .add(sizes.confirmation())
                .compareTo(BigDecimal.ONE)
            == 0;
    if (whole) {
      selection = all.total() - calibration - confirmation;
    }
    if (selection == 0 && sizes.selection().signum() > 0) {
      throw new BadInputException(
          "no sample is left to select on: splits ("
              + sizes
              + ") leave none of "
              + all.total()
              + ".\nMaybe give more samples, or another --splits.");
    }
    if (selection < 1 || calibration + selection + confirmation > all.total()) {
      throw new UsageException(
          "splits ("
              + sizes
              + ") need "
              + Math.max(1, selection)
              + " samples to select on, "
              + calibration
              + " to calibrate and "
              + confirmation
              + " to confirm, but there are "
              + all.total()
              + ".\nMaybe give more samples, or smaller splits.");
    }
    Drawing left = new Drawing(all, seed);
    // Confirmation comes first: other sizes of the other two leave it as it is.
    SampleIndex confirming = left.take(confirmation);
    SampleIndex calibrating = left.take(calibration);
    SampleIndex selecting = left.take(whole ? Long.MAX_VALUE : selection);
    return new SampleSplits(calibrating, selecting, confirming);
  }

  /** A set without the samples of others. */
  public static SampleIndex without(SampleIndex set, SampleIndex... others) {
    BitSet left = new BitSet();
    left.set(0, set.size());
    for (SampleIndex other : others) {
      // Both ascend.
      int place = 0;
      for (int rank = 0; rank < set.size() && place < other.size(); rank++) {
        int order = set.compare(rank, other, place);
        while (order > 0 && ++place < other.size()) {
          order = set.compare(rank, other, place);
        }
        if (order == 0) {
          left.clear(rank);
        }
      }
    }
    return set.part(left);
  }

  /** The first samples of a set in the order of their digests, each once: a fixed part of it. */
  public static SampleIndex first(SampleIndex set, int most) {
    return set.once(Math.min(most, set.size()));
  }

  /** The samples of a set in an order that the seed draws. */
  private static final class Drawing {
    private final SampleIndex all;
    private final int[] ranks;
    private int taken;

    Drawing(SampleIndex all, long seed) {
      this.all = all;
      long[] keys = new long[all.size()];
      int[] ascending = new int[all.size()];
      for (int rank = 0; rank < all.size(); rank++) {
        // The first 64 bits: of equal ones the lower rank comes first.
        keys[rank] =
            Long.parseUnsignedLong(
                new Sha256Digest.Builder()
                    .field("split", Long.toString(seed))
                    .field("sample", all.digest(rank).hex())
                    .build()
                    .hex(),
                0,
                16,
                16);
        ascending[rank] = rank;
      }
      ranks = RankSort.sort(ascending, rank -> keys[rank]);
    }

    /** The next samples, until there are so many, copies counted. */
    SampleIndex take(long count) {
      BitSet own = new BitSet();
      long sum = 0;
      while (taken < ranks.length && sum < count) {
        int rank = ranks[taken++];
        own.set(rank);
        sum += all.count(rank);
      }
      return all.part(own);
    }
  }

  private static SampleIndex none() {
    return SampleIndex.of(List.of());
  }
}
