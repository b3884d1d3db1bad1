package org.quantsweep.quantize;

import java.util.stream.IntStream;

/**
 * Clusters of sorted weights by their boundaries: cluster i is [get(i), get(i + 1)), the first
 * begins at 0 and none is empty.
 */
final class Bounds {
  private final int[] values;

  private Bounds(int[] values) {
    this.values = values;
  }

  /** Takes the boundaries over: one more than clusters. */
  static Bounds of(int... values) {
    return new Bounds(values);
  }

  /** Every weight alone. */
  static Bounds ofSingles(int n) {
    return new Bounds(IntStream.rangeClosed(0, n).toArray());
  }

  /** The number of clusters. */
  int count() {
    return values.length - 1;
  }

  int get(int i) {
    return values[i];
  }

  /** The summed squared error of all clusters. */
  double error(SortedWeights weights) {
    double error = 0;
    for (int i = 0; i < count(); i++) {
      error += weights.cost(values[i], values[i + 1]);
    }
    return error;
  }

  /**
   * Exactly k clusters from fewer and from more: those of {@code more} up to the first that lies
   * within one of {@code fewer} which is k - fewer.count() places behind it, and the rest of {@code
   * fewer}. When both are best at one price, so is the result, by the quadrangle inequality.
   */
  static Bounds cross(Bounds fewer, Bounds more, int k) {
    int ahead = k - fewer.count();
    int step = 0;
    while (more.values[step + ahead + 1] > fewer.values[step + 1]) {
      step++;
    }
    int[] crossed = new int[k + 1];
    System.arraycopy(more.values, 0, crossed, 0, step + ahead + 1);
    System.arraycopy(
        fewer.values, step + 1, crossed, step + ahead + 1, fewer.values.length - step - 1);
    return new Bounds(crossed);
  }
}
