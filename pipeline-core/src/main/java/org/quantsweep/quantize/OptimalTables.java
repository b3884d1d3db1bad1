package org.quantsweep.quantize;

import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/**
 * Tables of least squared error for all numbers of entries of one weight tensor: exact
 * one-dimensional k-means (Wu 1991; Gronlund et al. 2017, arXiv 1701.07204).
 *
 * <p>Weights are de-duplicated, counted and centred in double. The cost of a cluster satisfies the
 * quadrangle inequality, so the least cost with a price for each cluster is found in one pass
 * (Hirschberg and Larmore 1987), and the price that buys exactly k clusters is searched; where the
 * count jumps over k, the two solutions are crossed into one of k clusters that costs as little
 * (Aggarwal, Schieber and Tokuyama 1994). All eight widths share the sorted weights, the prefix
 * sums and the prices already tried. Memory: 52 bytes for each distinct weight, whatever the
 * widths; no back pointers are kept from one price to the next.
 */
final class OptimalTables {
  private static final int LLOYD_ROUNDS = 50;
  private static final int PRICE_ROUNDS = 200;

  private final float[] distinct;
  private final double center;
  private final double[] values;
  private final double[] weights;
  private final double[] sums;
  private final double[] squares;
  private final double[] least;
  private final int[] parents;
  private final int[] candidates;
  private final int[] starts;

  /** Boundaries of the best clusters, by the price that was asked: dearer ones come first. */
  private final TreeMap<Double, int[]> tried = new TreeMap<>();

  /** Sorts and counts the weights, which must be finite. */
  OptimalTables(float[] all) {
    float[] sorted = all.clone();
    for (int i = 0; i < sorted.length; i++) {
      // Sorting tells -0.0 from 0.0; as a weight they are one.
      sorted[i] += 0.0f;
    }
    Arrays.sort(sorted);
    int n = 0;
    double sum = 0;
    int[] counts = new int[sorted.length];
    for (int i = 0; i < sorted.length; i++) {
      if (i == 0 || sorted[i] != sorted[n - 1]) {
        sorted[n++] = sorted[i];
      }
      counts[n - 1]++;
      sum += sorted[n - 1];
    }
    distinct = Arrays.copyOf(sorted, n);
    center = all.length == 0 ? 0 : sum / all.length;
    values = new double[n];
    weights = new double[n + 1];
    sums = new double[n + 1];
    squares = new double[n + 1];
    for (int i = 0; i < n; i++) {
      values[i] = distinct[i] - center;
      weights[i + 1] = weights[i] + counts[i];
      sums[i + 1] = sums[i] + counts[i] * values[i];
      squares[i + 1] = squares[i] + counts[i] * values[i] * values[i];
    }
    least = new double[n + 1];
    parents = new int[n + 1];
    candidates = new int[n + 1];
    starts = new int[n + 1];
  }

  /** The ascending entries of the best table of at most so many; fewer when fewer values differ. */
  float[] entries(int count) {
    if (distinct.length <= count) {
      return distinct.clone();
    }
    int[] bounds = polished(boundaries(count));
    float[] entries = new float[count];
    for (int cluster = 0; cluster < count; cluster++) {
      entries[cluster] = (float) (mean(bounds[cluster], bounds[cluster + 1]) + center);
    }
    return entries;
  }

  /** The boundaries 0 = b0 < b1 < ... < bk = n of the best k clusters, k less than n. */
  private int[] boundaries(int k) {
    if (k == 1) {
      return new int[] {0, distinct.length};
    }
    double cheap = 0;
    double dear = Math.max(squares[distinct.length], Double.MIN_NORMAL) * 2;
    int[] many = null;
    int[] few = new int[] {0, distinct.length};
    for (Map.Entry<Double, int[]> known : tried.entrySet()) {
      int clusters = known.getValue().length - 1;
      if (clusters == k) {
        return known.getValue();
      }
      if (clusters > k) {
        cheap = known.getKey();
        many = known.getValue();
      } else {
        dear = known.getKey();
        few = known.getValue();
        break;
      }
    }
    for (int round = 0; round < PRICE_ROUNDS; round++) {
      double price = nextPrice(k, cheap, many, dear, few, round);
      if (!(price > cheap && price < dear)) {
        break;
      }
      int[] found = tried.get(price);
      if (found == null) {
        found = solve(price);
        tried.put(price, found);
      }
      int clusters = found.length - 1;
      if (clusters == k) {
        return found;
      }
      if (clusters > k) {
        cheap = price;
        many = found;
      } else {
        dear = price;
        few = found;
      }
    }
    if (many == null) {
      many = new int[distinct.length + 1];
      for (int i = 0; i < many.length; i++) {
        many[i] = i;
      }
    }
    return cross(few, many, k);
  }

  /**
   * Clusters fall about as the cube root of the price rises; every third try halves the interval.
   */
  private double nextPrice(int k, double cheap, int[] many, double dear, int[] few, int round) {
    if (many == null) {
      // Error falls about as 1 / k^2, so the k-th cluster is worth about 2 error / k^3.
      return Math.min(dear / 8, 2 * squares[distinct.length] / ((double) k * k * k));
    }
    if (cheap == 0 || round % 3 == 2) {
      return cheap == 0 ? dear / 1024 : Math.sqrt(cheap) * Math.sqrt(dear);
    }
    double logMany = Math.log(many.length - 1);
    double logFew = Math.log(Math.max(1, few.length - 1));
    double share = (logMany - Math.log(k)) / (logMany - logFew);
    share = Math.min(0.98, Math.max(0.02, share));
    return Math.exp(Math.log(cheap) + share * (Math.log(dear) - Math.log(cheap)));
  }

  /**
   * A path of k steps from one of fewer and one of more, both best at one price: the first place
   * where a step of the one covers the step of the other that lies k - few steps ahead.
   */
  private static int[] cross(int[] few, int[] many, int k) {
    int ahead = k - (few.length - 1);
    int step = 0;
    while (many[step + ahead + 1] > few[step + 1]) {
      step++;
    }
    int[] crossed = new int[k + 1];
    System.arraycopy(many, 0, crossed, 0, step + ahead + 1);
    System.arraycopy(few, step + 1, crossed, step + ahead + 1, few.length - step - 1);
    return crossed;
  }

  /** The least cost of all clusters and their price, by one pass over the sorted weights. */
  private int[] solve(double price) {
    int n = distinct.length;
    // Candidates for the beginning of the last cluster; each is best from its start on.
    int head = 0;
    int tail = 0;
    candidates[0] = 0;
    starts[0] = 1;
    least[0] = 0;
    for (int end = 1; end <= n; end++) {
      while (head < tail && starts[head + 1] <= end) {
        head++;
      }
      least[end] = least[candidates[head]] + cost(candidates[head], end) + price;
      parents[end] = candidates[head];
      if (end == n) {
        break;
      }
      while (tail > head
          && total(end, Math.max(starts[tail], end + 1))
              <= total(candidates[tail], Math.max(starts[tail], end + 1))) {
        tail--;
      }
      int from = firstBetter(end, candidates[tail], Math.max(starts[tail], end + 1), n);
      if (from <= n) {
        tail++;
        candidates[tail] = end;
        starts[tail] = from;
      }
    }
    int clusters = 0;
    for (int end = n; end > 0; end = parents[end]) {
      clusters++;
    }
    int[] bounds = new int[clusters + 1];
    int at = n;
    for (int cluster = clusters; cluster >= 0; cluster--) {
      bounds[cluster] = at;
      at = parents[at];
    }
    return bounds;
  }

  /** The first end from which a later beginning is as good as an earlier one; n + 1 when none. */
  private int firstBetter(int later, int earlier, int from, int n) {
    // Starts of neighbouring candidates lie close together, so steps grow from the nearest end.
    int below = from - 1;
    int step = 1;
    int above = from;
    while (above <= n && total(later, above) > total(earlier, above)) {
      below = above;
      above += step;
      step *= 2;
    }
    if (above > n) {
      if (below == n || total(later, n) > total(earlier, n)) {
        return n + 1;
      }
      above = n;
    }
    while (above - below > 1) {
      int middle = (below + above) >>> 1;
      if (total(later, middle) <= total(earlier, middle)) {
        above = middle;
      } else {
        below = middle;
      }
    }
    return above;
  }

  private double total(int begin, int end) {
    return least[begin] + cost(begin, end);
  }

  /** The squared error of the sorted weights [begin, end) around their mean. */
  private double cost(int begin, int end) {
    double sum = sums[end] - sums[begin];
    return squares[end] - squares[begin] - sum * sum / (weights[end] - weights[begin]);
  }

  private double mean(int begin, int end) {
    return (sums[end] - sums[begin]) / (weights[end] - weights[begin]);
  }

  /**
   * Moves boundaries to the middle between means while that changes anything: it takes out what
   * cancellation in the prefix sums may have left, and never makes the error larger.
   */
  private int[] polished(int[] bounds) {
    int[] current = bounds.clone();
    int clusters = current.length - 1;
    for (int round = 0; round < LLOYD_ROUNDS; round++) {
      boolean moved = false;
      double before = mean(current[0], current[1]);
      int[] next = current.clone();
      for (int cluster = 1; cluster < clusters; cluster++) {
        double after = mean(current[cluster], current[cluster + 1]);
        double middle = (before + after) / 2;
        int bound = current[cluster];
        while (bound > next[cluster - 1] + 1 && values[bound - 1] > middle) {
          bound--;
        }
        while (bound < current[cluster + 1] - 1 && values[bound] <= middle) {
          bound++;
        }
        moved |= bound != current[cluster];
        next[cluster] = bound;
        before = after;
      }
      if (!moved) {
        break;
      }
      current = next;
    }
    return current;
  }
}
