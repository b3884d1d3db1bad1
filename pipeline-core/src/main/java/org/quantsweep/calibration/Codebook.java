package org.quantsweep.calibration;

import java.util.Comparator;
import java.util.stream.IntStream;
import org.quantsweep.quantize.FloatType;

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

    /** The entries by their first number; none for single weights. */
    private final int[] order;

    /**
     * A table.
     *
     * @param entries {@code [codes, vector]}, not copied; of single weights in ascending order
     */
    Entries(float[] entries, int vector) {
      this.entries = entries;
      this.vector = vector;
      this.order =
          vector == 1
              ? new int[0]
              : IntStream.range(0, entries.length / vector)
                  .boxed()
                  .sorted(
                      Comparator.<Integer>comparingDouble(entry -> entries[entry * vector])
                          .thenComparing(entry -> entry))
                  .mapToInt(Integer::intValue)
                  .toArray();
    }

    float[] entries() {
      return entries;
    }

    int vector() {
      return vector;
    }

    @Override
    public int nearest(double[] point, double[] value) {
      int best = vector == 1 ? ofOne(point[0]) : ofVector(point);
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

    /** Outwards from the entries whose first number is nearest, until no other can be nearer. */
    private int ofVector(double[] point) {
      int up = firstAbove(point[0]);
      int down = up - 1;
      int best = -1;
      double least = Double.POSITIVE_INFINITY;
      while (true) {
        double above = up < order.length ? apart(up, point) : Double.POSITIVE_INFINITY;
        double below = down >= 0 ? apart(down, point) : Double.POSITIVE_INFINITY;
        if (Math.min(above, below) > least || (above == below && above == Double.POSITIVE_INFINITY)) {
          return best;
        }
        int entry = above < below ? order[up++] : order[down--];
        double distance = distance(entry, point);
        if (distance < least || (distance == least && entry < best)) {
          least = distance;
          best = entry;
        }
      }
    }

    private double apart(int place, double[] point) {
      double difference = point[0] - entries[order[place] * vector];
      return difference * difference;
    }

    private double distance(int entry, double[] point) {
      double distance = 0;
      for (int i = 0; i < vector; i++) {
        double difference = point[i] - entries[entry * vector + i];
        distance += difference * difference;
      }
      return distance;
    }

    private int firstAbove(double value) {
      int low = 0;
      int high = order.length;
      while (low < high) {
        int middle = (low + high) >>> 1;
        if (entries[order[middle] * vector] <= value) {
          low = middle + 1;
        } else {
          high = middle;
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
