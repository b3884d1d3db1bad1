package org.quantsweep.calibration;

/** The values that a weight may be rounded to. */
interface Grid {
  /** The code whose value is nearest. */
  int code(double weight);

  /** The value of a code, as a reader of the file computes it. */
  double value(int code);

  /** Evenly spaced: w = code x scale + bias, of the stored float32 scale and bias. */
  record Even(float scale, float bias, int largestCode) implements Grid {
    @Override
    public int code(double weight) {
      if (scale == 0) {
        return 0;
      }
      long place = Math.round((weight - bias) / scale);
      return (int) Math.max(0, Math.min(largestCode, place));
    }

    @Override
    public double value(int code) {
      return (float) (code * (double) scale + bias);
    }
  }

  /** The entries of an ascending table. */
  final class Table implements Grid {
    private final float[] entries;
    private final double[] middles;

    Table(float[] entries) {
      this.entries = entries;
      this.middles = new double[entries.length - 1];
      for (int i = 0; i < middles.length; i++) {
        middles[i] = ((double) entries[i] + entries[i + 1]) / 2;
      }
    }

    @Override
    public int code(double weight) {
      int low = 0;
      int high = middles.length;
      while (low < high) {
        int middle = (low + high) >>> 1;
        // A tie goes to the lower entry; so does a weight that meets several equal ones.
        if (weight <= middles[middle]) {
          high = middle;
        } else {
          low = middle + 1;
        }
      }
      return low;
    }

    @Override
    public double value(int code) {
      return entries[code];
    }
  }
}
