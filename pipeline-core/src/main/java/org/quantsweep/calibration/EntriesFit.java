package org.quantsweep.calibration;

import java.util.List;
import org.quantsweep.linalg.Matrices;
import org.quantsweep.quantize.FloatType;

/**
 * Fits the entries of one table to its codes: least squares in the metric of the second moments,
 * over all rows that share it. The entries are rounded to what is stored.
 */
final class EntriesFit {
  /** Multiplications that the equations may take; of more rows, evenly spaced ones count. */
  private static final long MOST_WORK = 1L << 30;

  private EntriesFit() {}

  /** The entries {@code [codes, vector]} of least error; the given ones where it does not tell. */
  static float[] refit(List<CodedRows> rows, int book, Codebook.Entries table, Rounding rounding) {
    int vector = table.vector();
    int entries = table.entries().length / vector;
    double[] normal = new double[entries * entries];
    double[] left = new double[entries * vector];
    int stride = stride(rows);
    for (int at = 0; at < rows.size(); at += stride) {
      add(rows.get(at), book, normal, left, entries);
    }
    double trace = 0;
    for (int i = 0; i < entries; i++) {
      trace += normal[i * entries + i];
    }
    double[] lower =
        GridRefit.factor(normal, entries, Math.max(trace * GridRefit.RIDGE, Double.MIN_NORMAL));
    if (lower.length == 0) {
      return table.entries().clone();
    }
    double[] inverse = Matrices.inverseOfLower(lower, entries);
    double[] half = Matrices.product(inverse, left, entries, entries, vector);
    double[] fitted = new double[entries * vector];
    for (int i = 0; i < entries; i++) {
      for (int v = 0; v < vector; v++) {
        double change = 0;
        for (int j = i; j < entries; j++) {
          change += inverse[j * entries + i] * half[j * vector + v];
        }
        fitted[i * vector + v] = table.entries()[i * vector + v] + change;
      }
    }
    return rounding.rounded(fitted);
  }

  private static int stride(List<CodedRows> rows) {
    long each = 0;
    for (RowMetric.Part part : rows.get(0).metric().parts()) {
      each += (long) part.length() * part.length();
    }
    return (int) Math.max(1, Math.ceil((double) each * rows.size() / MOST_WORK));
  }

  private static void add(CodedRows row, int book, double[] normal, double[] left, int entries) {
    for (int i = 0; i < row.length(); i++) {
      if (row.isOf(i, book)) {
        for (int v = 0; v < row.count(); v++) {
          left[row.code(i) * row.count() + v] += row.gradient(v, i);
        }
        if (row.metric().parts().isEmpty()) {
          normal[row.code(i) * entries + row.code(i)] += row.metric().importance()[i];
        }
      }
    }
    for (RowMetric.Part part : row.metric().parts()) {
      int n = part.length();
      for (int i = 0; i < n; i++) {
        if (!row.isOf(part.start() + i, book)) {
          continue;
        }
        int start = row.code(part.start() + i) * entries;
        for (int j = 0; j < n; j++) {
          if (row.isOf(part.start() + j, book)) {
            normal[start + row.code(part.start() + j)] += part.damped()[i * n + j];
          }
        }
      }
    }
  }

  /**
   * How entries are stored.
   *
   * @param compact as signed bytes of one scale
   */
  record Rounding(FloatType type, boolean compact) {
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
}
