package org.quantsweep.quantize;

/**
 * The clusters of sorted weights that cost least when each cluster has a price: one pass over the
 * ends, with a queue of the beginnings that are still best somewhere (the concave least-weight
 * subsequence problem; Hirschberg and Larmore 1987, Galil and Park 1990).
 *
 * <p>Memory: 28 bytes for each distinct weight.
 */
final class PricedClusters {
  private final SortedWeights weights;
  private final double[] least;
  private final int[] parents;

  /** The queue: beginnings, the end from which each is best, and its cost there. */
  private final int[] candidates;

  private final int[] starts;
  private final double[] atStart;

  PricedClusters(SortedWeights weights) {
    this.weights = weights;
    int n = weights.size();
    least = new double[n + 1];
    parents = new int[n + 1];
    candidates = new int[n + 1];
    starts = new int[n + 1];
    atStart = new double[n + 1];
  }

  /** The best clusters at a price, at least 0. */
  Bounds atPrice(double price) {
    int n = weights.size();
    int head = 0;
    int tail = 0;
    candidates[0] = 0;
    starts[0] = 1;
    least[0] = 0;
    atStart[0] = total(0, 1);
    for (int end = 1; end <= n; end++) {
      while (head < tail && starts[head + 1] <= end) {
        head++;
      }
      int begin = candidates[head];
      least[end] = (starts[head] == end ? atStart[head] : total(begin, end)) + price;
      parents[end] = begin;
      if (end == n) {
        break;
      }
      // A later beginning that is as good where the last candidate starts is as good ever after.
      while (tail > head && total(end, starts[tail]) <= atStart[tail]) {
        tail--;
      }
      int from = firstBetter(end, candidates[tail], Math.max(starts[tail], end), n);
      if (from <= n) {
        tail++;
        candidates[tail] = end;
        starts[tail] = from;
        atStart[tail] = total(end, from);
      }
    }
    int count = 0;
    for (int end = n; end > 0; end = parents[end]) {
      count++;
    }
    int[] bounds = new int[count + 1];
    for (int i = count, at = n; i >= 0; i--, at = parents[at]) {
      bounds[i] = at;
    }
    return Bounds.of(bounds);
  }

  /**
   * The first end after {@code below} from which a later beginning is as good as an earlier one; n
   * + 1 when there is none. Starts of neighbours lie close together, so steps grow from the near
   * side.
   */
  private int firstBetter(int later, int earlier, int below, int n) {
    int low = below;
    int step = 1;
    int high = Math.min(n, low + 1);
    while (total(later, high) > total(earlier, high)) {
      if (high == n) {
        return n + 1;
      }
      low = high;
      step *= 2;
      high = high > n - step ? n : high + step;
    }
    while (high - low > 1) {
      int middle = (low + high) >>> 1;
      if (total(later, middle) <= total(earlier, middle)) {
        high = middle;
      } else {
        low = middle;
      }
    }
    return high;
  }

  private double total(int begin, int end) {
    return least[begin] + weights.cost(begin, end);
  }
}
