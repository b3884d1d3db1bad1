package org.quantsweep.sample;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
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
    List<Integer> ranks = new ArrayList<>();
    for (int rank = 0; rank < all.size(); rank++) {
      ranks.add(rank);
    }
    String[] keys = new String[all.size()];
    for (int rank : ranks) {
      keys[rank] =
          new Sha256Digest.Builder()
              .field("split", Long.toString(seed))
              .field("sample", all.digest(rank).hex())
              .build()
              .hex();
    }
    ranks.sort(Comparator.comparing(rank -> keys[rank]));
    // Confirmation comes first: other sizes of the other two leave it as it is.
    List<Integer> left = new ArrayList<>(ranks);
    SampleIndex confirming = take(all, left, confirmation);
    SampleIndex calibrating = take(all, left, calibration);
    SampleIndex selecting = take(all, left, whole ? Long.MAX_VALUE : selection);
    return new SampleSplits(calibrating, selecting, confirming);
  }

  /** A set without the samples of others. */
  public static SampleIndex without(SampleIndex set, SampleIndex... others) {
    Set<Sha256Digest> taken = new HashSet<>();
    for (SampleIndex other : others) {
      for (int rank = 0; rank < other.size(); rank++) {
        taken.add(other.digest(rank));
      }
    }
    Map<Sha256Digest, Integer> left = new TreeMap<>();
    for (int rank = 0; rank < set.size(); rank++) {
      if (!taken.contains(set.digest(rank))) {
        left.put(set.digest(rank), set.count(rank));
      }
    }
    return SampleIndex.of(left);
  }

  /** The first samples of a set in the order of their digests, each once: a fixed part of it. */
  public static SampleIndex first(SampleIndex set, int most) {
    List<Sha256Digest> digests = new ArrayList<>();
    for (int rank = 0; rank < Math.min(most, set.size()); rank++) {
      digests.add(set.digest(rank));
    }
    return SampleIndex.of(digests);
  }

  /** Takes samples off the list until so many are taken, copies counted. */
  private static SampleIndex take(SampleIndex all, List<Integer> left, long count) {
    Map<Sha256Digest, Integer> taken = new TreeMap<>();
    long sum = 0;
    while (!left.isEmpty() && sum < count) {
      int rank = left.remove(0);
      taken.put(all.digest(rank), all.count(rank));
      sum += all.count(rank);
    }
    return SampleIndex.of(taken);
  }

  private static SampleIndex none() {
    return SampleIndex.of(List.of());
  }
}
