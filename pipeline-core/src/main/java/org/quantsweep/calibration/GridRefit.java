package org.quantsweep.calibration;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.quantsweep.linalg.Matrices;

/**
 * Fits the values that codes stand for, the codes staying: least squares in the metric of the
 * second moments, over all rows that share a grid.
 */
final class GridRefit {
  /** Of the trace; keeps entries that hardly any weight uses where they are. */
  static final double RIDGE = 1e-9;

  /** Of the ridge, each time a hundredfold. */
  private static final int MOST_RAISES = 3;

  /** Multiplications that a table's equations may take; of more rows, evenly spaced ones count. */
  private static final long MOST_WORK = 1L << 30;

  private GridRefit() {}

  /**
   * The scale and bias of least error for the codes of some rows; the given ones where the
   * equations do not tell.
   */
  static Grid.Even even(List<CodedRow> rows, Grid.Even grid) {
    double codeCode = 0;
    double codeOne = 0;
    double oneOne = 0;
    double codeLeft = 0;
    double oneLeft = 0;
    for (CodedRow row : rows) {
      int n = row.length();
      for (int i = 0; i < n; i++) {
        double codes = 0;
        double ones = 0;
        int last = row.second().last(i);
        for (int j = row.second().first(i); j < last; j++) {
          double second = row.second().get(i, j);
          codes += second * row.code(j);
          ones += second;
        }
        codeCode += row.code(i) * codes;
        codeOne += codes;
        oneOne += ones;
        codeLeft += row.code(i) * row.gradient(i);
        oneLeft += row.gradient(i);
      }
    }
    double determinant = codeCode * oneOne - codeOne * codeOne;
    if (!(determinant > 1e-9 * codeCode * oneOne)) {
      return grid;
    }
    float scale = (float) (grid.scale() + (codeLeft * oneOne - oneLeft * codeOne) / determinant);
    float bias = (float) (grid.bias() + (oneLeft * codeCode - codeLeft * codeOne) / determinant);
    boolean usable = scale >= Float.MIN_NORMAL && Float.isFinite(scale) && Float.isFinite(bias);
    return usable ? new Grid.Even(scale, bias, grid.largestCode()) : grid;
  }

  /**
   * The entries of least error for the codes of all rows, in the order of codes; the given ones
   * where the equations do not tell.
   */
  static double[] table(List<CodedRow> rows, Grid grid, int entries) {
    double[] normal = new double[entries * entries];
    double[] left = new double[entries];
    long each = rows.get(0).second().elements();
    int stride = (int) Math.max(1, Math.ceil((double) each * rows.size() / MOST_WORK));
    for (int at = 0; at < rows.size(); at += stride) {
      CodedRow row = rows.get(at);
      int n = row.length();
      for (int i = 0; i < n; i++) {
        int start = row.code(i) * entries;
        int last = row.second().last(i);
        for (int j = row.second().first(i); j < last; j++) {
          normal[start + row.code(j)] += row.second().get(i, j);
        }
        left[row.code(i)] += row.gradient(i);
      }
    }
    double trace = 0;
    for (int i = 0; i < entries; i++) {
      trace += normal[i * entries + i];
    }
    double[] lower = factor(normal, entries, Math.max(trace * RIDGE, Double.MIN_NORMAL));
    if (lower.length == 0) {
      return IntStream.range(0, entries).mapToDouble(grid::value).toArray();
    }
    double[] inverse = Matrices.inverseOfLower(lower, entries);
    double[] half = Matrices.product(inverse, left, entries, entries, 1);
    double[] table = new double[entries];
    for (int i = 0; i < entries; i++) {
      double change = 0;
      for (int j = i; j < entries; j++) {
        change += inverse[j * entries + i] * half[j];
      }
      table[i] = grid.value(i) + change;
    }
    return table;
  }

  /** A Cholesky factor; the ridge is raised a few times where there is none. Empty without one. */
  static double[] factor(double[] normal, int entries, double ridge) {
    double added = ridge;
    for (int raised = 0; raised <= MOST_RAISES; raised++) {
      for (int i = 0; i < entries; i++) {
        normal[i * entries + i] += added;
      }
      try {
        return Matrices.cholesky(normal, entries);
      } catch (ArithmeticException e) {
        added *= 100;
      }
    }
    return new double[0];
  }

  /** The places of values in ascending order: renamed[old code] = new code. */
  static int[] ranks(double[] values) {
    int[] ascending =
        IntStream.range(0, values.length)
            .boxed()
            .sorted(Comparator.<Integer>comparingDouble(i -> values[i]).thenComparing(i -> i))
            .mapToInt(Integer::intValue)
            .toArray();
    int[] ranks = new int[values.length];
    Arrays.setAll(ranks, i -> 0);
    for (int rank = 0; rank < ascending.length; rank++) {
      ranks[ascending[rank]] = rank;
    }
    return ranks;
  }
}
