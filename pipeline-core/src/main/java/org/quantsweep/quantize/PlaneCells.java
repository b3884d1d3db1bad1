package org.quantsweep.quantize;

/**
 * A plane cut into cells, each of which knows the entries of a table that may be nearest to a point
 * in it. A look-up takes a few distances, however many entries there are.
 */
final class PlaneCells {
  /** Of fewer points, making the cells costs more than they save. */
  static final int LEAST_POINTS = 20_000;

  static final int LEAST_ENTRIES = 16;

  /** Along each axis. */
  private static final int CELLS = 32;

  private final float[] entries;
  private final double[] least = new double[2];
  private final double[] perUnit = new double[2];

  /** Of each cell, in ascending order. */
  private final int[][] candidates = new int[CELLS * CELLS][];

  /**
   * Over a table.
   *
   * @param entries pairs of numbers, not copied
   */
  PlaneCells(float[] entries) {
    this.entries = entries;
    double[] width = new double[2];
    for (int axis = 0; axis < 2; axis++) {
      double low = Double.POSITIVE_INFINITY;
      double high = Double.NEGATIVE_INFINITY;
      for (int i = axis; i < entries.length; i += 2) {
        low = Math.min(low, entries[i]);
        high = Math.max(high, entries[i]);
      }
      // Points lie beyond the entries too: most of them within a tenth of their range.
      double margin = 0.1 * (high - low);
      least[axis] = low - margin;
      width[axis] = (high - low + 2 * margin) / CELLS;
      perUnit[axis] = width[axis] > 0 ? 1 / width[axis] : 0;
    }
    int[] found = new int[entries.length / 2];
    double[] distances = new double[found.length];
    // Whatever lies in a cell is no farther from its middle; a little more for rounding.
    double reach = 1.0001 * Math.hypot(width[0], width[1]) / 2;
    for (int cell = 0; cell < candidates.length; cell++) {
      int column = cell / CELLS;
      int row = cell % CELLS;
      double x = least[0] + (column + 0.5) * width[0];
      double y = least[1] + (row + 0.5) * width[1];
      double nearest = Double.POSITIVE_INFINITY;
      for (int i = 0; i < distances.length; i++) {
        distances[i] = distance(i, x, y);
        nearest = Math.min(nearest, distances[i]);
      }
      double farthest = Math.sqrt(nearest) + 2 * reach;
      int count = 0;
      for (int i = 0; i < distances.length; i++) {
        if (distances[i] <= farthest * farthest) {
          found[count++] = i;
        }
      }
      candidates[cell] = java.util.Arrays.copyOf(found, count);
    }
  }

  private double distance(int entry, double x, double y) {
    double dx = x - entries[2 * entry];
    double dy = y - entries[2 * entry + 1];
    return dx * dx + dy * dy;
  }

  /** The place of the nearest entry, at a tie the first; -1 for a point outside of all cells. */
  int nearest(double x, double y) {
    double column = (x - least[0]) * perUnit[0];
    double row = (y - least[1]) * perUnit[1];
    if (!(column >= 0 && column < CELLS && row >= 0 && row < CELLS)) {
      return -1;
    }
    int best = -1;
    double smallest = Double.POSITIVE_INFINITY;
    int cell = CELLS * (int) column + (int) row;
    for (int entry : candidates[cell]) {
      double distance = distance(entry, x, y);
      if (distance < smallest) {
        smallest = distance;
        best = entry;
      }
    }
    return best;
  }
}
