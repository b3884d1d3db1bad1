package org.quantsweep.quantize;

import java.util.ArrayList;
import java.util.List;

/**
 * Tables of least squared error for all numbers of entries of one weight tensor: exact
 * one-dimensional k-means (Wu 1991; Gronlund et al. 2017, arXiv 1701.07204).
 *
 * <p>Weights are de-duplicated and counted. The cost of a cluster satisfies the quadrangle
 * inequality, so that the least cost with a price for each cluster is found in one pass ({@link
 * PricedClusters}), and so that the least error is convex in the number of clusters. The price that
 * buys exactly k clusters is searched; where the count jumps over k, a solution of fewer and one of
 * more are crossed into one of k (Aggarwal, Schieber and Tokuyama 1994). Every solution with a
 * price also bounds the error of k clusters from below, so a crossed one is taken only when it is
 * proven to be within 1e-11 of the optimum, relatively.
 *
 * <p>All eight widths share the sorted weights and the solutions already found. Memory: 72 bytes
 * for each distinct weight (39 MB for 512,000), whatever the widths, and the boundaries of the
 * solutions tried; no back pointers are kept from one price to the next. Time: O(n log n) to sort,
 * and at most O(n log n), in practice O(n), for each of about 20 prices.
 */
final class OptimalTables {
  private static final double PROVEN = 1e-11;
  private static final int MOST_ROUNDS = 1_000;

  private final SortedWeights weights;
  private final PricedClusters clusters;

  /** Solutions by price, descending; so their numbers of clusters ascend. */
  private final List<Solution> solutions = new ArrayList<>();

  /**
   * Clusters that are best at a price.
   *
   * @param bounds their ends, ascending
   * @param error their summed squared error, without the price
   */
  private record Solution(double price, Bounds bounds, double error) {
    int count() {
      return bounds.count();
    }

    /** What the error of k clusters cannot fall below. */
    double leastErrorOf(int k) {
      return error + price * (count() - k);
    }
  }

  /** Sorts and counts the weights, which must be finite. */
  OptimalTables(float[] all) {
    this(new SortedWeights(all));
  }

  /**
   * The same of weights that count differently.
   *
   * @param importance how much each counts: whole numbers of at least 0 whose sum is below 2^53
   */
  OptimalTables(float[] all, long[] importance) {
    this(new SortedWeights(all, importance));
  }

  private OptimalTables(SortedWeights sorted) {
    weights = sorted;
    clusters = new PricedClusters(weights);
    int n = weights.size();
    if (n > 1) {
      // No cluster saves more than the error of all weights in one, and single weights have none.
      Bounds one = Bounds.of(0, n);
      double error = one.error(weights);
      solutions.add(new Solution(error, one, error));
      solutions.add(new Solution(0, Bounds.ofSingles(n), 0));
    }
  }

  /** The ascending entries of the best table of at most so many; fewer when fewer values differ. */
  float[] entries(int count) {
    if (weights.size() == 0) {
      return new float[1];
    }
    if (weights.size() <= count) {
      return weights.toArray();
    }
    Bounds bounds = best(count);
    float[] entries = new float[count];
    for (int cluster = 0; cluster < count; cluster++) {
      entries[cluster] = weights.mean(bounds.get(cluster), bounds.get(cluster + 1));
    }
    return entries;
  }

  /** The least summed squared error of so many clusters, before entries are rounded to float32. */
  double leastError(int count) {
    return weights.size() <= count ? 0 : best(count).error(weights);
  }

  /** How many prices were tried so far, for tests and benchmarks. */
  int pricesTried() {
    return Math.max(0, solutions.size() - 2);
  }

  /** The best k clusters, k from 1 to below the number of distinct weights. */
  private Bounds best(int k) {
    for (int round = 0; round < MOST_ROUNDS; round++) {
      int above = 0;
      while (solutions.get(above).count() < k) {
        above++;
      }
      Solution more = solutions.get(above);
      if (more.count() == k) {
        return more.bounds();
      }
      Solution fewer = solutions.get(above - 1);
      Bounds crossed = Bounds.cross(fewer.bounds(), more.bounds(), k);
      double proven = Math.max(fewer.leastErrorOf(k), more.leastErrorOf(k));
      double error = crossed.error(weights);
      if (error - proven <= PROVEN * error) {
        return crossed;
      }
      double price = nextPrice(k, fewer, more, round);
      if (!(price > more.price() && price < fewer.price())) {
        // Neighbouring doubles: both solutions are best at one price, as far as can be told.
        return crossed;
      }
      Bounds found = clusters.atPrice(price);
      insert(new Solution(price, found, found.error(weights)));
    }
    throw new IllegalStateException("no price buys " + k + " clusters of " + weights.size());
  }

  private void insert(Solution found) {
    int place = 0;
    while (solutions.get(place).price() > found.price()) {
      place++;
    }
    solutions.add(place, found);
  }

  /** A price between those of fewer and of more clusters. */
  private static double nextPrice(int k, Solution fewer, Solution more, int round) {
    // What one cluster saves on the way from fewer to more. When both are ends of one straight
    // piece of the convex error, this is its slope, and the answer is proven at once.
    double chord = (fewer.error() - more.error()) / (more.count() - fewer.count());
    if (round % 4 == 2) {
      return chord;
    }
    if (round % 4 == 3 && more.price() > 0) {
      return Math.sqrt(more.price()) * Math.sqrt(fewer.price());
    }
    if (more.price() == 0) {
      // Error falls about as 1 / k^2, so that the k-th cluster saves about 2 x error / k^3.
      double share = (double) fewer.count() / k;
      double guess = 2 * fewer.error() / k * share * share;
      return Math.min(guess, chord);
    }
    double logMore = Math.log(more.count());
    double logFewer = Math.log(fewer.count());
    double share = (logMore - Math.log(k)) / (logMore - logFewer);
    double logPrice = Math.log(more.price());
    return Math.exp(logPrice + share * (Math.log(fewer.price()) - logPrice));
  }
}
