package org.quantsweep.calibration;

import java.util.List;

/**
 * What an error of a row of weights costs: D H D^T, H in blocks along its diagonal. Its arrays are
 * not copied: whoever takes them must not write to them.
 */
final class RowMetric {
  private final double[] importance;
  private final List<Part> parts;

  /**
   * A metric.
   *
   * @param importance the diagonal of H with its damping
   * @param parts of H; none where only the diagonal is known
   */
  RowMetric(double[] importance, List<Part> parts) {
    this.importance = importance;
    this.parts = List.copyOf(parts);
  }

  double[] importance() {
    return importance;
  }

  List<Part> parts() {
    return parts;
  }

  /** Some consecutive columns. */
  static final class Part {
    private final int start;
    private final double[] damped;
    private final int[] order;
    private final double[] feedback;

    /**
     * A block.
     *
     * @param start its first column
     * @param damped H of its columns {@code [n, n]}
     * @param order in which they are rounded
     * @param feedback U with H^-1 = U^T U, in that order
     */
    Part(int start, double[] damped, int[] order, double[] feedback) {
      this.start = start;
      this.damped = damped;
      this.order = order;
      this.feedback = feedback;
    }

    int start() {
      return start;
    }

    int length() {
      return order.length;
    }

    double[] damped() {
      return damped;
    }

    int[] order() {
      return order;
    }

    double[] feedback() {
      return feedback;
    }

    /** The diagonal of H^-1, in the order of columns. */
    double[] inverseDiagonal() {
      int n = length();
      double[] diagonal = new double[n];
      for (int i = 0; i < n; i++) {
        double sum = 0;
        for (int k = 0; k <= i; k++) {
          sum += feedback[k * n + i] * feedback[k * n + i];
        }
        diagonal[order[i]] = sum;
      }
      return diagonal;
    }
  }
}
