package org.quantsweep.calibration;

import org.quantsweep.quantize.FloatType;

/** Whole steps from zero: w = scale x (code - zero), rounded to the type of an ML Program. */
record Steps(float scale, int zero, int least, int most, FloatType type) {
  /** The code whose value is nearest. */
  int code(double weight) {
    return scale == 0
        ? zero
        : (int) Math.max(least, Math.min(most, Math.rint(weight / scale) + zero));
  }

  /** The value of a code, as a reader of the file computes it. */
  float value(int code) {
    return type.round((float) (code - zero) * scale);
  }

  /** The same codes under another scale; none where the type cannot hold that. */
  Steps scaled(double other) {
    float rounded = type.round(other);
    boolean usable = rounded >= type.leastNormal() && Float.isFinite(rounded);
    return usable ? new Steps(rounded, zero, least, most, type) : this;
  }
}
