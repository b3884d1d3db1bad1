package org.quantsweep.calibration;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import org.quantsweep.quantize.BlockPlaces;
import org.quantsweep.quantize.ScaledTableWeights;
import org.quantsweep.tensor.Tensor;

/**
 * Fits one table and the scales of blocks together: columns are rounded with feedback; then codes,
 * entries and scales are chosen in turn, entries and scales by least squares in the metric of the
 * inputs, rounded to the type at every step. Scales and entries make up for each other, so that
 * what is found depends on where it begins: the best of three beginnings is taken.
 */
final class ScaledTableFitter {
  private final Tensor weights;
  private final LayerInputs inputs;
  private final IntFunction<RowMetric> metrics;
  private final int rounds;

  /**
   * For one weight tensor.
   *
   * @param metrics of a group of channels
   * @param rounds how often codes, entries and scales are chosen anew
   */
  ScaledTableFitter(
      Tensor weights, LayerInputs inputs, IntFunction<RowMetric> metrics, int rounds) {
    this.weights = weights;
    this.inputs = inputs;
    this.metrics = metrics;
    this.rounds = rounds;
  }

  /**
   * The fitted form.
   *
   * @param simple what the weights alone give
   */
  ScaledTableWeights fit(ScaledTableWeights simple) {
    int[] places = new BlockPlaces(weights.shape(), simple.blocks()).ofElements();
    ScaledTableWeights best = simple;
    double least = Double.POSITIVE_INFINITY;
    try (TensorRows rows =
        new TensorRows(inputs, weights.sharedArray(), metrics, 1, element -> true)) {
      int[][] blocks = rows.gathered(places);
      for (ScaledTableStart start : starts(simple, places)) {
        ScaledTableBooks books = new ScaledTableBooks(start, simple.type(), blocks);
        fit(rows, books);
        double error = 0;
        for (RowBatch batch : rows.batches()) {
          error += batch.error();
        }
        if (error < least) {
          least = error;
          best = written(simple, rows, books);
        }
      }
    }
    return best;
  }

  private void fit(TensorRows rows, ScaledTableBooks books) {
    rows.round(books);
    Books.Fitted entries = books.ofEntries();
    Books.Fitted scales = books.ofScales(rows.batches());
    for (int round = 0; round < rounds && rows.improve(books, round); round++) {
      BooksRefit.refit(entries, rows.batches());
      BooksRefit.refit(scales, rows.batches());
    }
  }

  private ScaledTableWeights written(
      ScaledTableWeights simple, TensorRows rows, ScaledTableBooks books) {
    byte[] codes = new byte[weights.size()];
    rows.write(codes, element -> element);
    return new ScaledTableWeights(
        weights.shape(),
        simple.bits(),
        codes,
        simple.type(),
        books.entries(),
        simple.blocks(),
        books.scales());
  }

  /**
   * The form of the weights alone; what it becomes by inputs that count differently; and the same
   * from scales that follow all weights of a block, not the largest. Where nothing is known of how
   * inputs go together, the first cannot be compared with others and the second is the best.
   */
  private List<ScaledTableStart> starts(ScaledTableWeights simple, int[] places) {
    DiagonalTables diagonal =
        new DiagonalTables(weights.sharedArray(), importance(), places, simple.type());
    ScaledTableStart plain = new ScaledTableStart(simple.entries(), simple.scales());
    ScaledTableStart refined = diagonal.refined(plain);
    if (metrics.apply(0).parts().isEmpty()) {
      return List.of(refined);
    }
    List<ScaledTableStart> starts = new ArrayList<>(List.of(plain, refined));
    starts.add(diagonal.refined(diagonal.spread(plain)));
    return starts;
  }

  /** How much each weight counts by its input alone. */
  private double[] importance() {
    double[] all = new double[weights.size()];
    for (int group = 0; group < inputs.groups(); group++) {
      double[] own = metrics.apply(group).importance();
      for (int row = 0; row < inputs.rows(); row++) {
        for (int column = 0; column < own.length; column++) {
          all[inputs.element(group, row, column)] = own[column];
        }
      }
    }
    return all;
  }
}
