package org.quantsweep.calibration;

import java.util.List;
import org.quantsweep.quantize.FloatType;

/**
 * Fits the scale and zero point of one block: the best of some narrowed ranges by weights that
 * count differently, then the scale of least error for the codes, in the metric of the second
 * moments.
 */
final class StepsFit {
  private static final int STEPS = 28;
  private static final double STEP = 0.025;

  private final boolean symmetric;
  private final int bits;
  private final FloatType type;

  StepsFit(boolean symmetric, int bits, FloatType type) {
    this.symmetric = symmetric;
    this.bits = bits;
    this.type = type;
  }

  /** The fitted steps; never worse on their own sum than those of the whole range. */
  Codebook.Steps fit(double[] weights, double[] importance) {
    double low = 0;
    double high = 0;
    for (double weight : weights) {
      low = Math.min(low, weight);
      high = Math.max(high, weight);
    }
    if (symmetric) {
      high = Math.max(-low, high);
      low = -high;
    }
    Codebook.Steps best = steps(low, high);
    double least = error(weights, importance, best);
    for (int step = 1; step < STEPS; step++) {
      double share = 1 - step * STEP;
      Codebook.Steps narrower = steps(low * share, high * share);
      double error = error(weights, importance, narrower);
      if (error < least) {
        least = error;
        best = narrower;
      }
    }
    return best;
  }

  private Codebook.Steps steps(double low, double high) {
    int least = symmetric ? 1 - (1 << (bits - 1)) : 0;
    int most = symmetric ? (1 << (bits - 1)) - 1 : (1 << bits) - 1;
    float scale = type.round((high - low) / (most - least));
    if (scale < type.leastNormal() || !Float.isFinite(scale)) {
      scale = 0;
    }
    int zero =
        symmetric || scale == 0
            ? Math.max(least, 0)
            : (int) Math.max(least, Math.min(most, Math.rint(least - low / scale)));
    return new Codebook.Steps(scale, zero, least, most, type);
  }

  private static double error(double[] weights, double[] importance, Codebook.Steps steps) {
    double[] point = new double[1];
    double[] value = new double[1];
    double sum = 0;
    for (int i = 0; i < weights.length; i++) {
      point[0] = weights[i];
      steps.nearest(point, value);
      double error = weights[i] - value[0];
      sum += importance[i] * error * error;
    }
    return sum;
  }

  /** The scale of least error for the codes of some rows; the given one where it does not tell. */
  static Codebook.Steps refit(List<CodedRows> rows, int book, Codebook.Steps steps) {
    double numerator = 0;
    double denominator = 0;
    for (CodedRows row : rows) {
      double[] codes = new double[row.length()];
      for (int i = 0; i < codes.length; i++) {
        codes[i] = row.isOf(i, book) ? row.code(i) - steps.zero() : 0;
        numerator += codes[i] * row.gradient(0, i);
      }
      if (row.metric().parts().isEmpty()) {
        for (int i = 0; i < codes.length; i++) {
          denominator += row.metric().importance()[i] * codes[i] * codes[i];
        }
      }
      for (RowMetric.Part part : row.metric().parts()) {
        denominator += quadratic(part, codes);
      }
    }
    if (!(denominator > 0)) {
      return steps;
    }
    float scale = steps.type().round(steps.scale() + numerator / denominator);
    boolean usable = scale >= steps.type().leastNormal() && Float.isFinite(scale);
    return usable
        ? new Codebook.Steps(scale, steps.zero(), steps.least(), steps.most(), steps.type())
        : steps;
  }

  private static double quadratic(RowMetric.Part part, double[] codes) {
    int n = part.length();
    int[] own = new int[n];
    int count = 0;
    for (int i = 0; i < n; i++) {
      if (codes[part.start() + i] != 0) {
        own[count++] = i;
      }
    }
    double sum = 0;
    for (int a = 0; a < count; a++) {
      double product = 0;
      for (int b = 0; b < count; b++) {
        product += part.damped()[own[a] * n + own[b]] * codes[part.start() + own[b]];
      }
      sum += codes[part.start() + own[a]] * product;
    }
    return sum;
  }
}
