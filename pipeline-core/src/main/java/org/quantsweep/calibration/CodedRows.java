package org.quantsweep.calibration;

import java.util.Arrays;

/**
 * Rows of weights that share their codes, one for most: what they stand for, and what is left of
 * their error. With D the error and H the second moments of their inputs, they cost D H D^T; the
 * gradient H D^T says how much of that a change of each weight would take away.
 */
final class CodedRows {
  /** A code changes only for more than rounding errors. */
  private static final double LEAST_GAIN = 1e-9;

  private final double[][] weights;
  private final Codebook[] books;
  private final int[] columnBook;
  private final RowMetric metric;
  private final int[] codes;
  private final double[][] values;
  private final double[][] gradient;

  /**
   * Rounds rows column by column: the error of each is fed into those of its part that are not yet
   * rounded (Frantar et al., GPTQ, arXiv 2210.17323).
   *
   * @param weights {@code [rows, n]}
   * @param books what codes stand for; kept, and may be changed by {@link #follow}
   * @param columnBook the book of each column
   */
  CodedRows(double[][] weights, Codebook[] books, int[] columnBook, RowMetric metric) {
    this.weights = weights;
    this.books = books;
    this.columnBook = columnBook;
    this.metric = metric;
    int n = columnBook.length;
    this.codes = new int[n];
    this.values = new double[weights.length][n];
    this.gradient = new double[weights.length][n];
    if (metric.parts().isEmpty()) {
      double[] point = new double[weights.length];
      for (int column = 0; column < n; column++) {
        for (int row = 0; row < weights.length; row++) {
          point[row] = weights[row][column];
        }
        set(column, point);
      }
    }
    metric.parts().forEach(this::round);
    settle();
  }

  private void set(int column, double[] point) {
    double[] value = new double[weights.length];
    codes[column] = books[columnBook[column]].nearest(point, value);
    for (int row = 0; row < weights.length; row++) {
      values[row][column] = value[row];
    }
  }

  private void round(RowMetric.Part part) {
    int n = part.length();
    int rows = weights.length;
    double[][] left = new double[rows][n];
    for (int row = 0; row < rows; row++) {
      for (int i = 0; i < n; i++) {
        left[row][i] = weights[row][part.start() + part.order()[i]];
      }
    }
    double[] upper = part.feedback();
    double[] point = new double[rows];
    for (int i = 0; i < n; i++) {
      int column = part.start() + part.order()[i];
      for (int row = 0; row < rows; row++) {
        point[row] = left[row][i];
      }
      set(column, point);
      int start = i * n;
      for (int row = 0; row < rows; row++) {
        double error = (left[row][i] - values[row][column]) / upper[start + i];
        double[] own = left[row];
        for (int j = i + 1; j < n; j++) {
          own[j] -= error * upper[start + j];
        }
      }
    }
  }

  int count() {
    return weights.length;
  }

  int length() {
    return codes.length;
  }

  int code(int column) {
    return codes[column];
  }

  double value(int row, int column) {
    return values[row][column];
  }

  double gradient(int row, int column) {
    return gradient[row][column];
  }

  RowMetric metric() {
    return metric;
  }

  /** Whether a column's codes point into a book. */
  boolean isOf(int column, int book) {
    return columnBook[column] == book;
  }

  /** Computes the gradient anew. */
  private void settle() {
    for (int row = 0; row < weights.length; row++) {
      double[] own = gradient[row];
      Arrays.fill(own, 0);
      for (int i = 0; i < own.length && metric.parts().isEmpty(); i++) {
        own[i] = metric.importance()[i] * (weights[row][i] - values[row][i]);
      }
      for (RowMetric.Part part : metric.parts()) {
        for (int i = 0; i < part.length(); i++) {
          int column = part.start() + i;
          add(own, part, i, weights[row][column] - values[row][column]);
        }
      }
    }
  }

  /** Adds a multiple of a row of H: sums along it would not run on vectors of numbers. */
  private static void add(double[] gradient, RowMetric.Part part, int row, double factor) {
    if (factor == 0) {
      return;
    }
    int n = part.length();
    int first = part.start();
    int start = row * n;
    double[] damped = part.damped();
    for (int j = 0; j < n; j++) {
      gradient[first + j] += factor * damped[start + j];
    }
  }

  /**
   * Other values under the same codes.
   *
   * @param book whose values they are
   * @param renamed the new codes by the old ones; null where they stay
   * @param decode writes the value of a code
   */
  void follow(int book, int[] renamed, Decoder decode) {
    double[][] before = new double[weights.length][];
    Arrays.setAll(before, row -> values[row].clone());
    double[] value = new double[weights.length];
    int changed = 0;
    for (int i = 0; i < codes.length; i++) {
      if (columnBook[i] == book) {
        changed++;
        codes[i] = renamed == null ? codes[i] : renamed[codes[i]];
        decode.decode(codes[i], value);
        for (int row = 0; row < weights.length; row++) {
          values[row][i] = value[row];
        }
      }
    }
    // One block of many moves few columns: to sum all of them each time would be cubic.
    if (metric.parts().isEmpty() || 2 * changed > codes.length) {
      settle();
      return;
    }
    for (RowMetric.Part part : metric.parts()) {
      for (int i = 0; i < part.length(); i++) {
        int column = part.start() + i;
        for (int row = 0; row < weights.length && columnBook[column] == book; row++) {
          add(gradient[row], part, i, before[row][column] - values[row][column]);
        }
      }
    }
  }

  /** Writes the value of a code. */
  interface Decoder {
    void decode(int code, double[] value);
  }

  /**
   * Sets each code in turn to the best one while all others stay, until none changes: along one
   * column the error is a parabola, so the value nearest to its vertex is the best (Behdin et al.,
   * QuantEase, arXiv 2309.01885).
   *
   * @param passes over all codes at most
   * @return whether a code changed
   */
  boolean descend(int passes) {
    boolean any = false;
    for (RowMetric.Part part : metric.parts()) {
      for (int pass = 0; pass < passes; pass++) {
        if (!descend(part)) {
          break;
        }
        any = true;
      }
    }
    return any;
  }

  private boolean descend(RowMetric.Part part) {
    int n = part.length();
    int rows = weights.length;
    double[] vertex = new double[rows];
    double[] better = new double[rows];
    boolean changed = false;
    for (int i = 0; i < n; i++) {
      int column = part.start() + i;
      double curvature = part.damped()[i * n + i];
      for (int row = 0; row < rows; row++) {
        vertex[row] = values[row][column] + gradient[row][column] / curvature;
      }
      int code = books[columnBook[column]].nearest(vertex, better);
      double gain = 0;
      double size = 0;
      for (int row = 0; row < rows; row++) {
        double step = better[row] - values[row][column];
        gain += step * (2 * (vertex[row] - values[row][column]) - step);
        size += step * step;
      }
      if (size > 0 && gain > LEAST_GAIN * size) {
        codes[column] = code;
        changed = true;
        for (int row = 0; row < rows; row++) {
          double step = better[row] - values[row][column];
          values[row][column] = better[row];
          add(gradient[row], part, i, -step);
        }
      }
    }
    return changed;
  }
}
