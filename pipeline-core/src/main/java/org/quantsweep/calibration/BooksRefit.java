package org.quantsweep.calibration;

import java.util.List;

/**
 * Fits the numbers that codes stand for, the codes staying: least squares in the metric of the
 * second moments, over all rows that share them. Conjugate gradients take a product with H for each
 * step, and every step takes error away; the equations themselves, of which a table of 256 entries
 * has 65,536, are never written down.
 */
final class BooksRefit {
  /** Systems of fewer unknowns are solved by as many steps. */
  private static final int LEAST_STEPS = 4;

  /** Multiplications of the further steps that small tensors take. */
  private static final double FURTHER_WORK = 1 << 26;

  /** Of the first slope; what is left to gain is nothing. */
  private static final double LEAST_SLOPE = 1e-7;

  private BooksRefit() {}

  /** Moves the books to the values of least error, and the rows with them. */
  static void refit(Books.Fitted books, List<RowBatch> batches) {
    books.move(change(books, batches), batches);
    batches.forEach(RowBatch::settle);
  }

  private static double[] change(Books.Fitted books, List<RowBatch> batches) {
    int n = books.unknowns();
    double[] residual = new double[n];
    double[] diagonal = new double[n];
    for (RowBatch batch : batches) {
      books.gather(batch, batch.gradient(), residual);
      float[] own = new float[batch.columns()];
      for (int i = 0; i < own.length; i++) {
        own[i] = (float) batch.metric().importance()[i];
      }
      books.squares(batch, own, diagonal);
    }
    int[] systems = new int[n];
    int[] sizes = new int[books.systems()];
    for (int i = 0; i < n; i++) {
      systems[i] = books.system(i);
      sizes[systems[i]]++;
    }
    double most = LEAST_STEPS + FURTHER_WORK / work(batches);
    int steps = 0;
    for (int size : sizes) {
      steps = (int) Math.max(steps, Math.min(size, most));
    }
    double[] change = new double[n];
    double[] scaled = over(residual, diagonal);
    double[] direction = scaled.clone();
    double[] slope = dots(residual, scaled, systems, sizes.length);
    double[] first = slope.clone();
    for (int step = 0; step < steps && isSteep(slope, first); step++) {
      double[] bent = product(books, batches, direction);
      double[] curvature = dots(direction, bent, systems, sizes.length);
      for (int i = 0; i < n; i++) {
        int system = systems[i];
        if (curvature[system] > 0 && slope[system] > LEAST_SLOPE * first[system]) {
          double length = slope[system] / curvature[system];
          change[i] += length * direction[i];
          residual[i] -= length * bent[i];
        }
      }
      scaled = over(residual, diagonal);
      double[] next = dots(residual, scaled, systems, sizes.length);
      for (int i = 0; i < n; i++) {
        int system = systems[i];
        double share = slope[system] > 0 ? next[system] / slope[system] : 0;
        direction[i] = scaled[i] + share * direction[i];
      }
      slope = next;
    }
    return change;
  }

  private static boolean isSteep(double[] slope, double[] first) {
    boolean any = false;
    for (int system = 0; system < slope.length; system++) {
      any |= slope[system] > LEAST_SLOPE * first[system];
    }
    return any;
  }

  private static double work(List<RowBatch> batches) {
    double work = 1;
    for (RowBatch batch : batches) {
      for (RowMetric.Part part : batch.metric().parts()) {
        work += (double) part.length() * part.length() * batch.rows();
      }
    }
    return work;
  }

  private static double[] product(Books.Fitted books, List<RowBatch> batches, double[] direction) {
    double[] sums = new double[direction.length];
    for (RowBatch batch : batches) {
      float[] values = new float[batch.columns() * batch.rows()];
      books.spread(batch, direction, values);
      books.gather(batch, batch.product(values), sums);
    }
    return sums;
  }

  /** Numbers that no weight uses stay. */
  private static double[] over(double[] numbers, double[] diagonal) {
    double[] quotients = new double[numbers.length];
    for (int i = 0; i < quotients.length; i++) {
      quotients[i] = diagonal[i] > 0 ? numbers[i] / diagonal[i] : 0;
    }
    return quotients;
  }

  private static double[] dots(double[] one, double[] other, int[] systems, int count) {
    double[] dots = new double[count];
    for (int i = 0; i < one.length; i++) {
      dots[systems[i]] += one[i] * other[i];
    }
    return dots;
  }
}
