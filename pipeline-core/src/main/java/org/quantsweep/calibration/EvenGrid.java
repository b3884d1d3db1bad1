package org.quantsweep.calibration;

/**
 * Evenly spaced values of neural networks: w = code x scale + bias, of the stored float32 scale and
 * bias.
 */
record EvenGrid(float scale, float bias, int largestCode) {
  /** The code whose value is nearest. */
  int code(double weight) {
    if (scale == 0) {
      return 0;
    }
    return (int) Math.max(0, Math.min(largestCode, Math.rint((weight - bias) / scale)));
  }

  /** The value of a code, as a reader of the file computes it. */
  float value(int code) {
    return (float) (code * (double) scale + bias);
  }

  /** As many values in a share of the range, about 0 where that lies inside. */
  EvenGrid narrowed(double share) {
    double high = (double) scale * largestCode + bias;
    double centre = bias < 0 && high > 0 ? 0 : (bias + high) / 2;
    float narrower = (float) (scale * share);
    return new EvenGrid(
        narrower < Float.MIN_NORMAL ? 0 : narrower,
        (float) (centre + (bias - centre) * share),
        largestCode);
  }
}
