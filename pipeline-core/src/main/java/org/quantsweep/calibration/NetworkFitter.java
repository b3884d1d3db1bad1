package org.quantsweep.calibration;

import java.util.Arrays;
import java.util.function.IntFunction;
import java.util.function.IntToDoubleFunction;
import org.quantsweep.quantize.FloatType;
import org.quantsweep.quantize.Grouping;
import org.quantsweep.quantize.LookUpTableWeights;
import org.quantsweep.quantize.NetworkQuantizer;
import org.quantsweep.quantize.NumberOfBits;
import org.quantsweep.quantize.QuantizedWeights;
import org.quantsweep.tensor.Tensor;

/** Fits the forms of neural networks: evenly spaced codes, and tables of the whole tensor. */
final class NetworkFitter {
  private final Tensor weights;
  private final LayerInputs inputs;
  private final IntFunction<RowMetric> metrics;
  private final int rounds;
  private WeightedTable tables;

  /**
   * Prepares the fitting of one weight tensor.
   *
   * @param metrics of a group of channels
   * @param rounds how often codes and what they stand for are chosen anew
   */
  NetworkFitter(Tensor weights, LayerInputs inputs, IntFunction<RowMetric> metrics, int rounds) {
    this.weights = weights;
    this.inputs = inputs;
    this.metrics = metrics;
    this.rounds = rounds;
  }

  private TensorRows rows() {
    return new TensorRows(inputs, weights.sharedArray(), metrics, 1, element -> true);
  }

  QuantizedWeights linear(NetworkQuantizer own, NumberOfBits bits, Grouping grouping) {
    boolean whole = grouping.equals(Grouping.WHOLE) || own.channelCount() == 1;
    int largestCode = bits.codes() - 1;
    EvenGrid[] grids = whole ? new EvenGrid[] {wholeGrid(largestCode)} : grids(largestCode);
    byte[] codes = new byte[weights.size()];
    EvenBooks books;
    try (TensorRows rows = rows()) {
      double[] shares =
          CarriedRanges.shares(rows.batches(), share -> books(grids, system -> share));
      books = books(grids, system -> shares[system]);
      rows.fit(books, rounds);
      rows.write(codes, element -> element);
    }
    return own.linear(
        bits, whole ? Grouping.WHOLE : Grouping.PER_CHANNEL, codes, books.scales(), books.biases());
  }

  private static EvenBooks books(EvenGrid[] grids, IntToDoubleFunction shares) {
    EvenGrid[] narrowed = new EvenGrid[grids.length];
    Arrays.setAll(narrowed, i -> grids[i].narrowed(shares.applyAsDouble(i)));
    return new EvenBooks(narrowed);
  }

  private EvenGrid wholeGrid(int largestCode) {
    double[] all = new double[weights.size()];
    for (int i = 0; i < all.length; i++) {
      all[i] = weights.get(i);
    }
    return RangeFit.fit(all, allImportance(), largestCode);
  }

  private EvenGrid[] grids(int largestCode) {
    EvenGrid[] grids = new EvenGrid[inputs.groups() * inputs.rows()];
    double[] row = new double[inputs.columns()];
    for (int channel = 0; channel < grids.length; channel++) {
      int group = channel / inputs.rows();
      for (int column = 0; column < row.length; column++) {
        row[column] = weights.get(inputs.element(group, channel % inputs.rows(), column));
      }
      grids[channel] = RangeFit.fit(row, metrics.apply(group).importance(), largestCode);
    }
    return grids;
  }

  /**
   * A table.
   *
   * @param start the one of least error where all weights count alike
   */
  QuantizedWeights table(LookUpTableWeights start) {
    float[] table = tables().fit(start.table());
    TableBooks books =
        new TableBooks(
            new float[][] {table},
            1,
            weights.size(),
            channel -> 0,
            new EntryRounding(FloatType.SINGLE, false));
    byte[] codes = new byte[weights.size()];
    try (TensorRows rows = rows()) {
      rows.fit(books, rounds);
      rows.write(codes, element -> element);
    }
    return new LookUpTableWeights(weights.shape(), start.bits(), codes, books.entries(0));
  }

  private synchronized WeightedTable tables() {
    if (tables == null) {
      tables = new WeightedTable(weights.sharedArray(), allImportance());
    }
    return tables;
  }

  private double[] allImportance() {
    double[] importance = new double[weights.size()];
    for (int group = 0; group < inputs.groups(); group++) {
      double[] own = metrics.apply(group).importance();
      for (int row = 0; row < inputs.rows(); row++) {
        for (int column = 0; column < inputs.columns(); column++) {
          importance[inputs.element(group, row, column)] = own[column];
        }
      }
    }
    return importance;
  }
}
