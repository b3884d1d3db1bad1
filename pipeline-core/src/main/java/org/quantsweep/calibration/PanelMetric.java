package org.quantsweep.calibration;

import java.util.stream.IntStream;

/**
 * What errors of a few consecutive columns cost while all other columns stay: their part of H, as
 * the triangle that feeds errors back among them.
 */
final class PanelMetric {
  /** Of the first column's second moment; only where there is no Cholesky factor without. */
  private static final double LEAST_DAMPING = 1e-9;

  private final int first;
  private final int[] order;
  private final float[] feedback;

  private PanelMetric(int first, int[] order, float[] feedback) {
    this.first = first;
    this.order = order;
    this.feedback = feedback;
  }

  /**
   * The panel of some columns.
   *
   * @param second H {@code [n, n]}, positive definite
   * @param first the panel's first column
   * @param count its columns, at least 1
   */
  static PanelMetric of(double[] second, int n, int first, int count) {
    double[] own = new double[count * count];
    for (int i = 0; i < count; i++) {
      System.arraycopy(second, (first + i) * n + first, own, i * count, count);
    }
    // Inputs that matter most are rounded first, as in the whole.
    int[] order =
        IntStream.range(0, count)
            .boxed()
            .sorted(
                (one, other) -> {
                  int by = Double.compare(own[other * count + other], own[one * count + one]);
                  return by != 0 ? by : Integer.compare(one, other);
                })
            .mapToInt(Integer::intValue)
            .toArray();
    // A part of what has a Cholesky factor has one too, but for rounding.
    double[] upper = CalibratedQuantizer.feedback(own, order, count, LEAST_DAMPING * own[0]);
    float[] feedback = new float[upper.length];
    for (int i = 0; i < feedback.length; i++) {
      feedback[i] = (float) upper[i];
    }
    return new PanelMetric(first, order, feedback);
  }

  /** Its first column. */
  int first() {
    return first;
  }

  /** How many columns there are. */
  int count() {
    return order.length;
  }

  /** The column, from the first one, that is rounded at a place. */
  int column(int place) {
    return order[place];
  }

  /** An element of U with H^-1 = U^T U, by places. */
  float feedback(int place, int other) {
    return feedback[place * order.length + other];
  }
}
