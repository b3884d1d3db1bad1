package org.quantsweep.calibration;

/**
 * The codes of one row of weights, and what is left of its error. With D = w - Q the row's error
 * and H the second moments of its inputs, the row costs D H D^T; the gradient H D^T says how much
 * of that a change of each weight would take away.
 */
final class CodedRow {
  /** A code changes only for more than rounding errors. */
  private static final double LEAST_GAIN = 1e-9;

  private final double[] weights;
  private final int[] codes;
  private final BlockMatrix second;
  private final double[] gradient;

  /**
   * A row whose codes may be chosen anew.
   *
   * @param weights {@code [n]}, as given
   * @param codes {@code [n]}; kept and changed
   * @param second H, {@code [n, n]}, symmetric, with a positive diagonal
   * @param grid what the codes stand for
   */
  CodedRow(double[] weights, int[] codes, double[] second, Grid grid) {
    this(weights, codes, BlockMatrix.whole(second, weights.length), grid);
  }

  /** The same where H has blocks, or is not known. */
  CodedRow(double[] weights, int[] codes, BlockMatrix second, Grid grid) {
    this.weights = weights;
    this.codes = codes;
    this.second = second;
    this.gradient = new double[weights.length];
    follow(grid);
  }

  int length() {
    return codes.length;
  }

  int code(int column) {
    return codes[column];
  }

  double gradient(int column) {
    return gradient[column];
  }

  /** H, or what is known of it. */
  BlockMatrix second() {
    return second;
  }

  /** Other codes for the same values, and another grid: the gradient is computed anew. */
  void follow(Grid grid, int[] renamed) {
    for (int i = 0; i < codes.length; i++) {
      codes[i] = renamed[codes[i]];
    }
    follow(grid);
  }

  /** Another grid under the same codes: the gradient is computed anew. */
  void follow(Grid grid) {
    if (second.isEmpty()) {
      return;
    }
    int n = codes.length;
    double[] difference = new double[n];
    for (int i = 0; i < n; i++) {
      difference[i] = weights[i] - grid.value(codes[i]);
    }
    for (int i = 0; i < n; i++) {
      double sum = 0;
      double[] block = second.blockOf(i);
      int first = second.first(i);
      int length = second.last(i) - first;
      int start = (i - first) * length;
      for (int j = 0; j < length; j++) {
        sum += block[start + j] * difference[first + j];
      }
      gradient[i] = sum;
    }
  }

  /** D H D^T. */
  double error(Grid grid) {
    double error = 0;
    for (int i = 0; i < codes.length; i++) {
      error += (weights[i] - grid.value(codes[i])) * gradient[i];
    }
    return error;
  }

  /**
   * Sets each code in turn to the best one while all others stay, until none changes. The error
   * falls with every change: along one weight it is a parabola, so the value nearest to its vertex
   * is the best (Behdin et al., QuantEase, arXiv 2309.01885).
   *
   * @param passes over all codes at most
   * @return whether a code changed
   */
  boolean descend(Grid grid, int passes) {
    int n = second.isEmpty() ? 0 : codes.length;
    boolean any = false;
    for (int pass = 0; pass < passes; pass++) {
      boolean changed = false;
      for (int i = 0; i < n; i++) {
        double curvature = second.get(i, i);
        double value = grid.value(codes[i]);
        double vertex = gradient[i] / curvature;
        int better = grid.code(value + vertex);
        double step = grid.value(better) - value;
        // 2 step g - step^2 H_ii is what the change takes away.
        if (better != codes[i] && step * (2 * vertex - step) > LEAST_GAIN * step * step) {
          codes[i] = better;
          changed = true;
          move(i, step);
        }
      }
      if (!changed) {
        break;
      }
      any = true;
    }
    return any;
  }

  private void move(int i, double step) {
    double[] block = second.blockOf(i);
    int first = second.first(i);
    int length = second.last(i) - first;
    int start = (i - first) * length;
    for (int j = 0; j < length; j++) {
      gradient[first + j] -= step * block[start + j];
    }
  }
}
