package org.quantsweep.calibration;

import java.util.ArrayList;
import java.util.List;
import org.quantsweep.linalg.FloatMatrix;

/**
 * What an error of a row of weights costs: D H D^T, H in blocks along its diagonal. All rows of a
 * group share it. What it holds in native memory lives until it is closed.
 */
final class RowMetric implements AutoCloseable {
  /** Columns that are rounded before the others hear of their errors, in one product. */
  static final int PANEL = 32;

  private final double[] importance;
  private final List<Part> parts;

  /**
   * A metric.
   *
   * @param importance the diagonal of H with its damping, not copied
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

  @Override
  public void close() {
    parts.forEach(Part::close);
  }

  /** Some consecutive columns. */
  static final class Part implements AutoCloseable {
    private final int start;
    private final int[] order;
    private final double[] inverse;
    private final FloatMatrix damped;
    private final FloatMatrix feedback;
    private final List<PanelMetric> panels = new ArrayList<>();

    /**
     * A block.
     *
     * @param start its first column
     * @param damped H of its columns {@code [n, n]}, its diagonal above 0
     * @param order in which they are rounded
     * @param feedback U with H^-1 = U^T U, in that order
     */
    Part(int start, double[] damped, int[] order, double[] feedback) {
      this.start = start;
      this.order = order;
      this.inverse = inverseDiagonal(order, feedback);
      this.damped = matrix(damped, order.length);
      this.feedback = matrix(feedback, order.length);
      for (int first = 0; first < order.length; first += PANEL) {
        int count = Math.min(PANEL, order.length - first);
        panels.add(PanelMetric.of(damped, order.length, first, count));
      }
    }

    private static FloatMatrix matrix(double[] values, int n) {
      FloatMatrix matrix = new FloatMatrix(n, n, n > PANEL);
      float[] row = new float[n];
      for (int i = 0; i < n; i++) {
        for (int j = 0; j < n; j++) {
          row[j] = (float) values[i * n + j];
        }
        matrix.write(i, 1, row, 0);
      }
      return matrix;
    }

    private static double[] inverseDiagonal(int[] order, double[] feedback) {
      int n = order.length;
      double[] sums = new double[n];
      for (int k = 0; k < n; k++) {
        for (int i = k; i < n; i++) {
          sums[i] += feedback[k * n + i] * feedback[k * n + i];
        }
      }
      double[] diagonal = new double[n];
      for (int i = 0; i < n; i++) {
        diagonal[order[i]] = sums[i];
      }
      return diagonal;
    }

    int start() {
      return start;
    }

    int length() {
      return order.length;
    }

    /** H. */
    FloatMatrix damped() {
      return damped;
    }

    /** The places in which columns are rounded; not copied. */
    int[] order() {
      return order;
    }

    /** U with H^-1 = U^T U, in that order. */
    FloatMatrix feedback() {
      return feedback;
    }

    /** Panels of consecutive columns, by their first one; not copied. */
    List<PanelMetric> panels() {
      return panels;
    }

    /** The diagonal of H^-1, in the order of columns; not copied. */
    double[] inverseDiagonal() {
      return inverse;
    }

    /** A matrix of as many rows, for products with these. */
    FloatMatrix beside(int rows, int columns) {
      return new FloatMatrix(rows, columns, damped.isNative());
    }

    @Override
    public void close() {
      damped.close();
      feedback.close();
    }
  }
}
