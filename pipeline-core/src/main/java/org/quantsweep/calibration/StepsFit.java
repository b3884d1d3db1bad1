package org.quantsweep.calibration;

import org.quantsweep.quantize.FloatType;

/**
 * Fits the scale and zero point of one block: the best of some narrowed ranges by weights that
 * count differently.
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
  Steps fit(double[] weights, double[] importance) {
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
    Steps best = steps(low, high);
    double least = error(weights, importance, best);
    for (int step = 1; step < STEPS; step++) {
      double share = 1 - step * STEP;
      Steps narrower = steps(low * share, high * share);
      double error = error(weights, importance, narrower);
      if (error < least) {
        least = error;
        best = narrower;
      }
    }
    return best;
  }

  private Steps steps(double low, double high) {
    int least = symmetric ? 1 - (1 << (bits - 1)) : 0;
    int most = symmetric ? (1 << (bits - 1)) - 1 : (1 << bits) - 1;
    // Never subnormal: the Neural Engine is said to take such numbers for 0.
    float scale = Math.max(type.round((high - low) / (most - least)), type.leastNormal());
    if (high == low || !Float.isFinite(scale)) {
      scale = 0;
    }
    int zero =
        symmetric || scale == 0
            ? Math.max(least, 0)
            : (int) Math.max(least, Math.min(most, Math.rint(least - low / scale)));
    return new Steps(scale, zero, least, most, type);
  }

  /** Of steps that are not rounded to their type: for the choice that does not matter. */
  private static double error(double[] weights, double[] importance, Steps steps) {
    double scale = steps.scale();
    double inverse = scale == 0 ? 0 : 1 / scale;
    double least = (steps.least() - steps.zero()) * 1.0;
    double most = (steps.most() - steps.zero()) * 1.0;
    double sum = 0;
    for (int i = 0; i < weights.length; i++) {
      double place = Math.max(least, Math.min(most, Math.rint(weights[i] * inverse)));
      double error = weights[i] - place * scale;
      sum += importance[i] * error * error;
    }
    return sum;
  }
}
