package org.quantsweep.calibration;

import org.quantsweep.quantize.FloatType;

/**
 * How the entries of tables are stored.
 *
 * @param compact as signed bytes of one scale
 */
record EntryRounding(FloatType type, boolean compact) {
  /** What a reader of the file gets. */
  float[] rounded(double[] entries) {
    float scale = compact ? scale(entries) : 0;
    float[] rounded = new float[entries.length];
    for (int i = 0; i < rounded.length; i++) {
      double limited = Math.max(-largest(), Math.min(largest(), entries[i]));
      rounded[i] =
          compact ? type.round((float) Math.rint(limited / scale) * scale) : type.round(limited);
    }
    return rounded;
  }

  private double largest() {
    return type == FloatType.HALF ? 65504 : Float.MAX_VALUE;
  }

  /** Of bytes that reach the largest entry. */
  float scale(double[] entries) {
    double reach = 0;
    for (double entry : entries) {
      reach = Math.max(reach, Math.abs(entry));
    }
    float scale = type.round(Math.min(reach, largest()) / 127);
    return Math.max(scale, type.leastNormal());
  }
}
