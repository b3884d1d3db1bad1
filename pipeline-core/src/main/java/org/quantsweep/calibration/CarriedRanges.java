package org.quantsweep.calibration;

import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleFunction;

/**
 * Chooses between ranges by the error that they leave once errors are fed back. A narrower range
 * has finer steps, and what it clips goes to columns that are still to come, so that the range of
 * the least error without feedback is seldom the best one. Each system of rows keeps its own.
 */
final class CarriedRanges {
  /** Shares of the range that is the best one without feedback, which comes first. */
  static final List<Double> SHARES =
      List.of(1.0, 0.8, 0.825, 0.85, 0.875, 0.9, 0.925, 0.95, 0.975, 1.025, 1.05, 1.075, 1.1);

  private CarriedRanges() {}

  /**
   * The best share for each system of rows; of equal ones the first.
   *
   * @param ofShare books whose ranges are this share of those without feedback
   */
  static double[] shares(List<RowBatch> batches, DoubleFunction<? extends Books.Ranged> ofShare) {
    List<double[]> errors = new ArrayList<>();
    for (double share : SHARES) {
      errors.add(errors(batches, ofShare.apply(share)));
    }
    double[] best = new double[errors.get(0).length];
    for (int system = 0; system < best.length; system++) {
      int least = 0;
      for (int i = 1; i < SHARES.size(); i++) {
        if (errors.get(i)[system] < errors.get(least)[system]) {
          least = i;
        }
      }
      best[system] = SHARES.get(least);
    }
    return best;
  }

  private static double[] errors(List<RowBatch> batches, Books.Ranged books) {
    double[] errors = new double[books.systems()];
    for (RowBatch batch : batches) {
      double[] own = batch.tried(books);
      for (int row = 0; row < own.length; row++) {
        errors[books.system(batch, row)] += own[row];
      }
    }
    return errors;
  }
}
