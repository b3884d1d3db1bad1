package org.quantsweep.calibration;

/**
 * Fits scale and bias of evenly spaced codes to weights that count differently: the best of some
 * narrowed ranges, then the weighted least squares line through the codes, twice.
 */
final class RangeFit {
  private static final int STEPS = 28;
  private static final double STEP = 0.025;
  private static final int REFINEMENTS = 2;

  private RangeFit() {}

  /**
   * The fitted grid; never worse on its own sum than the whole range.
   *
   * @param importance how much each weight counts, at least 0
   */
  static EvenGrid fit(double[] weights, double[] importance, int largestCode) {
    double min = Double.POSITIVE_INFINITY;
    double max = Double.NEGATIVE_INFINITY;
    for (double weight : weights) {
      min = Math.min(min, weight);
      max = Math.max(max, weight);
    }
    EvenGrid best = even(min, max, largestCode);
    double least = error(weights, importance, best);
    double centre = min < 0 && max > 0 ? 0 : (min + max) / 2;
    for (int step = 1; step < STEPS; step++) {
      double share = 1 - step * STEP;
      EvenGrid grid =
          even(centre + (min - centre) * share, centre + (max - centre) * share, largestCode);
      double error = error(weights, importance, grid);
      if (error < least) {
        least = error;
        best = grid;
      }
    }
    for (int i = 0; i < REFINEMENTS; i++) {
      EvenGrid grid = leastSquares(weights, importance, best);
      double error = grid == null ? Double.POSITIVE_INFINITY : error(weights, importance, grid);
      if (!(error < least)) {
        break;
      }
      least = error;
      best = grid;
    }
    return best;
  }

  private static EvenGrid even(double min, double max, int largestCode) {
    float scale = (float) ((max - min) / largestCode);
    return new EvenGrid(scale < Float.MIN_NORMAL ? 0 : scale, (float) min, largestCode);
  }

  private static double error(double[] weights, double[] importance, EvenGrid grid) {
    double scale = grid.scale();
    double inverse = scale == 0 ? 0 : 1 / scale;
    double bias = grid.bias();
    int largestCode = grid.largestCode();
    double sum = 0;
    for (int i = 0; i < weights.length; i++) {
      double place = Math.rint((weights[i] - bias) * inverse);
      double code = Math.max(0, Math.min(largestCode, place));
      double error = weights[i] - code * scale - bias;
      sum += importance[i] * error * error;
    }
    return sum;
  }

  private static EvenGrid leastSquares(double[] weights, double[] importance, EvenGrid grid) {
    double mass = 0;
    double codes = 0;
    double squares = 0;
    double values = 0;
    double products = 0;
    for (int i = 0; i < weights.length; i++) {
      double code = grid.code(weights[i]);
      mass += importance[i];
      codes += importance[i] * code;
      squares += importance[i] * code * code;
      values += importance[i] * weights[i];
      products += importance[i] * code * weights[i];
    }
    double spread = mass * squares - codes * codes;
    if (!(spread > 1e-12 * mass * squares)) {
      return null;
    }
    double scale = (mass * products - codes * values) / spread;
    double bias = (values - scale * codes) / mass;
    boolean usable =
        scale >= Float.MIN_NORMAL && Float.isFinite((float) scale) && Float.isFinite((float) bias);
    return usable ? new EvenGrid((float) scale, (float) bias, grid.largestCode()) : null;
  }
}
