package org.quantsweep.quantize;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Tables of vectors by k-means: starts are drawn by squared distance (Arthur and Vassilvitskii,
 * k-means++, 2007) with a fixed seed, then Lloyd's iterations. Of small sets the best of several
 * starts is taken. Large sets are learned from every n-th vector; the last iteration sees all of
 * them.
 */
public final class VectorTables {
  private static final int MOST_LEARNED = 1 << 16;
  private static final int ITERATIONS = 30;
  private static final int MOST_STARTS = 12;

  /** Distances that further starts may take, at one iteration each. */
  private static final long SMALL = 1 << 18;

  private final float[] vectors;
  private final int length;
  private final double[] counts;

  /**
   * Of vectors one behind the other.
   *
   * @param length of each
   */
  VectorTables(float[] vectors, int length) {
    this(vectors, length, ones(vectors.length / length));
  }

  /**
   * Of vectors that count differently.
   *
   * @param vectors one behind the other, not copied
   * @param length of each
   * @param counts how much each counts, at least 0, not copied
   */
  public VectorTables(float[] vectors, int length, double[] counts) {
    this.vectors = vectors;
    this.length = length;
    this.counts = counts;
  }

  private static double[] ones(int count) {
    double[] ones = new double[count];
    Arrays.fill(ones, 1);
    return ones;
  }

  /** A table of so many vectors; where fewer are different, some repeat. */
  public float[] fit(int entries) {
    int step = (counts.length + MOST_LEARNED - 1) / MOST_LEARNED;
    return step > 1 ? means(everyOther(step).fit(entries)) : learned(entries);
  }

  private VectorTables everyOther(int step) {
    int count = (counts.length + step - 1) / step;
    float[] some = new float[count * length];
    double[] own = new double[count];
    for (int i = 0; i < count; i++) {
      System.arraycopy(vectors, i * step * length, some, i * length, length);
      own[i] = counts[i * step];
    }
    return new VectorTables(some, length, own);
  }

  private float[] learned(int entries) {
    SplittableRandom random = new SplittableRandom(counts.length);
    float[] table = improved(starts(entries, counts.length / 2, random));
    long further = Math.min(MOST_STARTS, SMALL / ((long) vectors.length * entries));
    for (int start = 1; start < further; start++) {
      float[] other = improved(starts(entries, random.nextInt(counts.length), random));
      table = error(other) < error(table) ? other : table;
    }
    return table;
  }

  private float[] improved(float[] start) {
    float[] table = start;
    for (int iteration = 0; iteration < ITERATIONS; iteration++) {
      float[] moved = means(table);
      boolean same = Arrays.equals(moved, table);
      table = moved;
      if (same) {
        break;
      }
    }
    return table;
  }

  private double error(float[] table) {
    byte[] codes = nearest(vectors, table, length);
    double error = 0;
    for (int i = 0; i < codes.length; i++) {
      error += counts[i] * distance(i, table, codes[i] & 255);
    }
    return error;
  }

  private float[] starts(int entries, int first, SplittableRandom random) {
    float[] table = new float[entries * length];
    double[] distances = new double[counts.length];
    Arrays.fill(distances, Double.POSITIVE_INFINITY);
    int chosen = first;
    for (int entry = 0; entry < entries; entry++) {
      System.arraycopy(vectors, chosen * length, table, entry * length, length);
      double sum = 0;
      for (int i = 0; i < distances.length; i++) {
        distances[i] = Math.min(distances[i], counts[i] * distance(i, table, entry));
        sum += distances[i];
      }
      double place = random.nextDouble() * sum;
      for (int i = 0; i < distances.length && sum > 0; i++) {
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
  private float[] means(float[] table) {
    byte[] codes = nearest(vectors, table, length);
    double[] sums = new double[table.length];
    double[] masses = new double[table.length / length];
    for (int i = 0; i < codes.length; i++) {
      int entry = codes[i] & 255;
      masses[entry] += counts[i];
      for (int j = 0; j < length; j++) {
        sums[entry * length + j] += counts[i] * vectors[i * length + j];
      }
    }
    float[] means = table.clone();
    for (int entry = 0; entry < masses.length; entry++) {
      for (int j = 0; j < length && masses[entry] > 0; j++) {
        means[entry * length + j] = (float) (sums[entry * length + j] / masses[entry]);
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

  private double distance(int vector, float[] table, int entry) {
    double sum = 0;
    for (int k = 0; k < length; k++) {
      double difference = (double) vectors[vector * length + k] - table[entry * length + k];
      sum += difference * difference;
    }
    return sum;
  }
}
