package org.quantsweep.calibration;

import org.quantsweep.quantize.FloatType;
import org.quantsweep.quantize.NearestVectors;

/** The values that a weight, or a vector of weights, may be stored as in an ML Program. */
interface Codebook {
  /** The code nearest to a point; its value is written. */
  int nearest(double[] point, double[] value);

  /** Whole steps from zero: w = scale x (code - zero), rounded to the type. */
  record Steps(float scale, int zero, int least, int most, FloatType type) implements Codebook {
    @Override
    public int nearest(double[] point, double[] value) {
      int code = scale == 0 ? zero : code(point[0]);
      value[0] = value(code);
      return code;
    }

    private int code(double weight) {
      return (int) Math.max(least, Math.min(most, Math.rint(weight / scale) + zero));
    }

    double value(int code) {
      return type.round((float) (code - zero) * scale);
    }
  }

  /** Entries of a table. */
  final class Entries implements Codebook {
    private final float[] entries;
    private final int vector;

    /** Null for single weights. */
    private final NearestVectors vectors;

    /**
     * A table.
     *
     * @param entries {@code [codes, vector]}, not copied; of single weights in ascending order
     */
    Entries(float[] entries, int vector) {
      this.entries = entries;
      this.vector = vector;
      this.vectors = vector == 1 ? null : new NearestVectors(entries, vector);
    }

    float[] entries() {
      return entries;
    }

    int vector() {
      return vector;
    }

    @Override
    public int nearest(double[] point, double[] value) {
      int best = vector == 1 ? ofOne(point[0]) : vectors.nearest(point);
      for (int i = 0; i < vector; i++) {
        value[i] = entries[best * vector + i];
      }
      return best;
    }

    private int ofOne(double weight) {
      int low = 0;
      int high = entries.length - 1;
      while (low < high) {
        int middle = (low + high) >>> 1;
        // A tie goes to the lower entry; so does a weight that meets several equal ones.
        if (weight <= ((double) entries[middle] + entries[middle + 1]) / 2) {
          high = middle;
        } else {
          low = middle + 1;
        }
      }
      return low;
    }
  }

  /** Any number of the type. */
  record Free(FloatType type) implements Codebook {
    @Override
    public int nearest(double[] point, double[] value) {
      value[0] = type.round(point[0]);
      return 0;
    }
  }

  /** Nothing but zero: a weight that is left out. */
  record Zero() implements Codebook {
    @Override
    public int nearest(double[] point, double[] value) {
      value[0] = 0;
      return 0;
    }
  }
}
