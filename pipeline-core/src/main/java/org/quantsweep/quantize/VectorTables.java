package org.quantsweep.quantize;

import java.util.SplittableRandom;

/**
 * Tables of vectors by k-means: starts are drawn by squared distance (Arthur and Vassilvitskii,
 * k-means++, 2007) with a fixed seed, then Lloyd's iterations. Of small sets the best of several
 * starts is taken. Large sets are learned from every n-th vector; the last iteration sees all of
 * them.
 */
final class VectorTables {
  private static final int MOST_LEARNED = 1 << 16;
  private static final int ITERATIONS = 30;
  private static final int MOST_STARTS = 12;

  /** Distances that further starts may take, at one iteration each. */
  private static final long SMALL = 1 << 18;

  private final float[] vectors;
  private final int length;

  /**
   * Of vectors one behind the other.
   *
   * @param length of each
   */
  VectorTables(float[] vectors, int length) {
    this.vectors = vectors;
    this.length = length;
  }

  /** A table of so many vectors; where fewer are different, some repeat. */
  float[] fit(int entries) {
    int count = vectors.length / length;
    int step = (count + MOST_LEARNED - 1) / MOST_LEARNED;
    float[] learned = new float[(count + step - 1) / step * length];
    for (int i = 0; i * step < count; i++) {
      System.arraycopy(vectors, i * step * length, learned, i * length, length);
    }
    SplittableRandom random = new SplittableRandom(learned.length / length);
    float[] table =
        improved(learned, starts(learned, entries, learned.length / length / 2, random));
    long further = Math.min(MOST_STARTS, SMALL / ((long) learned.length * entries));
    for (int start = 1; start < further; start++) {
      int first = random.nextInt(learned.length / length);
      float[] other = improved(learned, starts(learned, entries, first, random));
      table = error(learned, other) < error(learned, table) ? other : table;
    }
    return step > 1 ? means(vectors, table) : table;
  }

  private float[] improved(float[] learned, float[] start) {
    float[] table = start;
    for (int iteration = 0; iteration < ITERATIONS; iteration++) {
      float[] moved = means(learned, table);
      boolean same = java.util.Arrays.equals(moved, table);
      table = moved;
      if (same) {
        break;
      }
    }
    return table;
  }

  private double error(float[] learned, float[] table) {
    byte[] codes = nearest(learned, table, length);
    double error = 0;
    for (int i = 0; i < codes.length; i++) {
      error += distance(learned, i * length, table, (codes[i] & 255) * length, length);
    }
    return error;
  }

  private float[] starts(float[] learned, int entries, int first, SplittableRandom random) {
    int count = learned.length / length;
    float[] table = new float[entries * length];
    double[] distances = new double[count];
    java.util.Arrays.fill(distances, Double.POSITIVE_INFINITY);
    int chosen = first;
    for (int entry = 0; entry < entries; entry++) {
      System.arraycopy(learned, chosen * length, table, entry * length, length);
      double sum = 0;
      for (int i = 0; i < count; i++) {
        distances[i] =
            Math.min(distances[i], distance(learned, i * length, table, entry * length, length));
        sum += distances[i];
      }
      double place = random.nextDouble() * sum;
      for (int i = 0; i < count && sum > 0; i++) {
        place -= distances[i];
        if (distances[i] > 0) {
          chosen = i;
          if (place < 0) {
            break;
          }
        }
      }
    }
    return table;
  }

  /** The means of the vectors nearest to each entry; entries without any stay. */
  private float[] means(float[] of, float[] table) {
    byte[] codes = nearest(of, table, length);
    double[] sums = new double[table.length];
    int[] counts = new int[table.length / length];
    for (int i = 0; i < codes.length; i++) {
      int entry = codes[i] & 255;
      counts[entry]++;
      for (int j = 0; j < length; j++) {
        sums[entry * length + j] += of[i * length + j];
      }
    }
    float[] means = table.clone();
    for (int entry = 0; entry < counts.length; entry++) {
      for (int j = 0; j < length && counts[entry] > 0; j++) {
        means[entry * length + j] = (float) (sums[entry * length + j] / counts[entry]);
      }
    }
    return means;
  }

  /** The place of the nearest entry for each vector; at a tie the first. */
  static byte[] nearest(float[] vectors, float[] table, int length) {
    NearestVectors entries = new NearestVectors(table, length, vectors.length / length);
    byte[] codes = new byte[vectors.length / length];
    double[] point = new double[length];
    for (int i = 0; i < codes.length; i++) {
      for (int j = 0; j < length; j++) {
        point[j] = vectors[i * length + j];
      }
      codes[i] = (byte) entries.nearest(point);
    }
    return codes;
  }

  private static double distance(float[] a, int i, float[] b, int j, int length) {
    double sum = 0;
    for (int k = 0; k < length; k++) {
      double difference = (double) a[i + k] - b[j + k];
      sum += difference * difference;
    }
    return sum;
  }
}
