package org.quantsweep.quantize;

import java.util.Arrays;

/**
 * The distinct weights of one tensor, ascending, each with its count, and what a cluster of
 * neighbours among them costs.
 *
 * <p>Sums of weights and of squares run from the first weight on and are held as pairs of doubles,
 * about 106 bits; the cost of a cluster is then taken around a number close to its own mean. So it
 * keeps nearly all its digits even where a tight cluster lies far from zero or beside an outlier,
 * where one common centre for all weights would leave a difference of two large numbers.
 *
 * <p>Memory: 44 bytes for each distinct weight.
 */
final class SortedWeights {
  /** Cuts a double into two halves of 26 bits (Dekker 1971). */
  private static final double SPLITTER = 0x1p27 + 1;

  private final float[] distinct;
  private final double[] counts;
  private final double[] sums;
  private final double[] sumRests;
  private final double[] squares;
  private final double[] squareRests;

  /** Sorts and counts the weights, which must be finite. */
  SortedWeights(float[] all) {
    float[] sorted = all.clone();
    for (int i = 0; i < sorted.length; i++) {
      // Sorting tells -0.0 from 0.0; as a weight they are one.
      sorted[i] += 0.0f;
    }
    Arrays.sort(sorted);
    int n = 0;
    int[] repeats = new int[sorted.length];
    for (int i = 0; i < sorted.length; i++) {
      if (i == 0 || sorted[i] != sorted[n - 1]) {
        sorted[n++] = sorted[i];
      }
      repeats[n - 1]++;
    }
    distinct = Arrays.copyOf(sorted, n);
    counts = new double[n + 1];
    sums = new double[n + 1];
    sumRests = new double[n + 1];
    squares = new double[n + 1];
    squareRests = new double[n + 1];
    for (int i = 0; i < n; i++) {
      double weight = distinct[i];
      counts[i + 1] = counts[i] + repeats[i];
      // A float has 24 bits and a count at most 31: their product lies within 2 bits of a double.
      add(sums, sumRests, i, repeats[i] * weight);
      // The square has 48 bits and is exact; 5 bits of the count at a time keep it so.
      double square = weight * weight;
      squares[i + 1] = squares[i];
      squareRests[i + 1] = squareRests[i];
      for (int rest = repeats[i], unit = 1; rest > 0; rest >>>= 5, unit <<= 5) {
        double high = squares[i + 1];
        double low = squareRests[i + 1];
        double part = (rest & 31) * square * unit;
        double total = high + part;
        double shift = total - high;
        low += (high - (total - shift)) + (part - shift);
        squares[i + 1] = total + low;
        squareRests[i + 1] = low - (squares[i + 1] - total);
      }
    }
  }

  /**
   * Sorts weights that count differently.
   *
   * @param importance whole numbers of at least 0 whose sum is below 2^53; weights that count
   *     nothing are left out
   */
  SortedWeights(float[] all, long[] importance) {
    long[] keys = new long[all.length];
    int counted = 0;
    for (int i = 0; i < all.length; i++) {
      if (importance[i] > 0) {
        int bits = Float.floatToIntBits(all[i] + 0.0f);
        // Ascending as signed numbers for floats of both signs.
        int sortable = bits ^ (bits >> 31 & 0x7fffffff);
        keys[counted++] = (long) sortable << 32 | i;
      }
    }
    Arrays.sort(keys, 0, counted);
    float[] sorted = new float[counted];
    long[] totals = new long[counted];
    int n = 0;
    for (int i = 0; i < counted; i++) {
      int at = (int) keys[i];
      float weight = all[at] + 0.0f;
      if (i == 0 || weight != sorted[n - 1]) {
        sorted[n++] = weight;
      }
      totals[n - 1] += importance[at];
    }
    distinct = Arrays.copyOf(sorted, n);
    counts = new double[n + 1];
    sums = new double[n + 1];
    sumRests = new double[n + 1];
    squares = new double[n + 1];
    squareRests = new double[n + 1];
    for (int i = 0; i < n; i++) {
      double weight = distinct[i];
      counts[i + 1] = counts[i] + totals[i];
      addProduct(sums, sumRests, i, weight, (double) totals[i]);
      addProduct(squares, squareRests, i, weight * weight, (double) totals[i]);
    }
  }

  /** Adds a product as the two doubles that it is. */
  private static void addProduct(double[] highs, double[] lows, int i, double one, double other) {
    double product = one * other;
    add(highs, lows, i, product);
    double low = lows[i + 1] + Math.fma(one, other, -product);
    double high = highs[i + 1];
    highs[i + 1] = high + low;
    lows[i + 1] = low - (highs[i + 1] - high);
  }

  private static void add(double[] highs, double[] lows, int i, double part) {
    double total = highs[i] + part;
    double shift = total - highs[i];
    double low = lows[i] + ((highs[i] - (total - shift)) + (part - shift));
    highs[i + 1] = total + low;
    lows[i + 1] = low - (highs[i + 1] - total);
  }

  /** The number of distinct weights. */
  int size() {
    return distinct.length;
  }

  /** A copy of the distinct weights, ascending. */
  float[] toArray() {
    return distinct.clone();
  }

  /** The mean of the sorted weights [begin, end), as float32. */
  float mean(int begin, int end) {
    double sum = sums[end] - sums[begin] + (sumRests[end] - sumRests[begin]);
    return (float) (sum / (counts[end] - counts[begin]));
  }

  /**
   * The summed squared error of the sorted weights [begin, end) around their mean, at least 0.
   *
   * <p>For any m, with count c, sum s, sum of squares q and r = s - m c, it is q - m s - m r - r^2
   * / c. Taking for m the mean rounded to 24 bits makes every large product exact.
   */
  double cost(int begin, int end) {
    double count = counts[end] - counts[begin];
    double sumEnd = sums[end];
    double sumBegin = sums[begin];
    double sum = sumEnd - sumBegin;
    double sumShift = sum - sumEnd;
    double sumRest =
        (sumEnd - (sum - sumShift)) - (sumBegin + sumShift) + (sumRests[end] - sumRests[begin]);
    double squareEnd = squares[end];
    double squareBegin = squares[begin];
    double square = squareEnd - squareBegin;
    double squareShift = square - squareEnd;
    double squareRest =
        (squareEnd - (square - squareShift))
            - (squareBegin + squareShift)
            + (squareRests[end] - squareRests[begin]);
    double share = 1 / count;
    double about = (float) (sum * share);
    double scaled = sum * SPLITTER;
    double sumHigh = scaled - (scaled - sum);
    double sumLow = sum - sumHigh;
    // A float's digits of a count at a time, so that the products are exact.
    double countHigh = (float) count;
    double left = sum - about * countHigh - about * (count - countHigh) + sumRest;
    double cost =
        square
            - about * sumHigh
            + (squareRest - about * sumLow - about * (sumRest + left) - left * left * share);
    return cost > 0 ? cost : 0;
  }
}
