package org.quantsweep.quantize;

import java.util.Comparator;
import java.util.stream.IntStream;

/** Finds the entry of a table of vectors that is nearest to a point; at a tie, the first. */
public final class NearestVectors {
  private final float[] entries;
  private final int length;

  /** The entries by their first number. */
  private final int[] order;

  private final float[] firsts;

  /** Null where it does not pay. */
  private final PlaneCells cells;

  /**
   * Over a table.
   *
   * @param entries vectors one behind the other, not copied
   * @param length of each
   * @param points about how many are looked for
   */
  public NearestVectors(float[] entries, int length, int points) {
    this.entries = entries;
    this.length = length;
    this.order =
        IntStream.range(0, entries.length / length)
            .boxed()
            .sorted(
                Comparator.<Integer>comparingDouble(entry -> entries[entry * length])
                    .thenComparing(entry -> entry))
            .mapToInt(Integer::intValue)
            .toArray();
    this.firsts = new float[order.length];
    for (int i = 0; i < order.length; i++) {
      firsts[i] = entries[order[i] * length];
    }
    this.cells =
        length == 2
                && points >= PlaneCells.LEAST_POINTS
                && firsts.length >= PlaneCells.LEAST_ENTRIES
            ? new PlaneCells(entries)
            : null;
  }

  /** The place of the nearest entry. */
  public int nearest(double[] point) {
    int found = cells == null ? -1 : cells.nearest(point[0], point[1]);
    return found >= 0 ? found : search(point);
  }

  /** Outwards from the entries whose first number is nearest, until no other can be nearer. */
  private int search(double[] point) {
    int up = firstAbove(point[0]);
    int down = up - 1;
    int best = -1;
    double least = Double.POSITIVE_INFINITY;
    while (true) {
      double above = up < order.length ? firsts[up] - point[0] : Double.POSITIVE_INFINITY;
      double below = down >= 0 ? point[0] - firsts[down] : Double.POSITIVE_INFINITY;
      double nearer = Math.min(above, below);
      if (nearer * nearer > least || nearer == Double.POSITIVE_INFINITY) {
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

  private double distance(int entry, double[] point) {
    double distance = 0;
    for (int i = 0; i < length; i++) {
      double difference = point[i] - entries[entry * length + i];
      distance += difference * difference;
    }
    return distance;
  }

  private int firstAbove(double value) {
    int low = 0;
    int high = order.length;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (firsts[middle] <= value) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }
}
