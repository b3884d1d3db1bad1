package org.quantsweep.calibration;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.function.IntFunction;
import java.util.function.IntPredicate;
import java.util.function.IntUnaryOperator;

/**
 * A weight tensor as batches of rows that share their inputs. While it is open it holds 13 bytes
 * for each weight, 4 of them in native memory.
 */
final class TensorRows implements AutoCloseable {
  /** Over the codes, of a round. */
  private static final int PASSES = 4;

  /** Of a batch: its panels stay in the processor's caches. */
  private static final int MOST_ROWS = 256;

  private final LayerInputs inputs;
  private final List<RowBatch> batches = new ArrayList<>();

  /**
   * Cuts a tensor into batches.
   *
   * @param values of the tensor, row-major
   * @param metrics of a group of channels
   * @param vector rows that have one code; those of a vector take the metric of its first
   * @param kept which weights are not left out
   */
  TensorRows(
      LayerInputs inputs,
      float[] values,
      IntFunction<RowMetric> metrics,
      int vector,
      IntPredicate kept) {
    this.inputs = inputs;
    int all = inputs.groups() * inputs.rows();
    int most = Math.max(1, MOST_ROWS / vector);
    int channel = 0;
    while (channel < all) {
      int group = channel / inputs.rows();
      int units = 0;
      while (units < most
          && channel + units * vector < all
          && (channel + units * vector) / inputs.rows() == group) {
        units++;
      }
      add(metrics.apply(group), channel, units, vector, values, kept);
      channel += units * vector;
    }
  }

  private void add(
      RowMetric metric, int first, int units, int vector, float[] values, IntPredicate kept) {
    int rows = units * vector;
    int columns = inputs.columns();
    float[] weights = new float[rows * columns];
    BitSet leftOut = new BitSet();
    for (int row = 0; row < rows; row++) {
      int channel = first + row % units * vector + row / units;
      for (int column = 0; column < columns; column++) {
        int element = element(channel, column);
        weights[column * rows + row] = values[element];
        if (!kept.test(element)) {
          leftOut.set(column * rows + row);
        }
      }
    }
    batches.add(new RowBatch(metric, batches.size(), first, vector, weights, leftOut));
  }

  List<RowBatch> batches() {
    return batches;
  }

  private int element(int channel, int column) {
    return inputs.element(channel / inputs.rows(), channel % inputs.rows(), column);
  }

  /** The numbers of each batch's weights {@code [columns, rows]}, by those of the elements. */
  int[][] gathered(int[] ofElements) {
    int[][] gathered = new int[batches.size()][];
    for (RowBatch batch : batches) {
      int[] own = new int[batch.columns() * batch.rows()];
      for (int row = 0; row < batch.rows(); row++) {
        int channel = batch.channel(row);
        for (int column = 0; column < batch.columns(); column++) {
          own[column * batch.rows() + row] = ofElements[element(channel, column)];
        }
      }
      gathered[batch.index()] = own;
    }
    return gathered;
  }

  /** Rounds all rows. */
  void round(Books books) {
    batches.forEach(batch -> batch.round(books));
  }

  /** Chooses codes anew; false where there is nothing to gain by other books. */
  boolean descend(Books books) {
    return descend(books, 1);
  }

  /** As often as some rounds do. */
  boolean descend(Books books, int rounds) {
    boolean any = false;
    for (RowBatch batch : batches) {
      any |= batch.descend(books, PASSES * rounds);
    }
    return any;
  }

  /**
   * Chooses codes anew, one by one and then several at once; false where there is nothing to gain
   * by other books.
   *
   * @param round of the search, from 0: each tries other codes
   */
  boolean improve(Books books, int round) {
    boolean any = descend(books);
    for (RowBatch batch : batches) {
      any |= batch.search(books, round);
    }
    return any;
  }

  /** Rounds all rows; then codes and what they stand for are chosen in turn. */
  void fit(Books.Fitted books, int rounds) {
    round(books);
    for (int round = 0; round < rounds && improve(books, round); round++) {
      BooksRefit.refit(books, batches);
    }
  }

  /** What all rows cost, computed anew. */
  double error() {
    double error = 0;
    for (RowBatch batch : batches) {
      batch.settle();
      error += batch.error();
    }
    return error;
  }

  /**
   * Writes the codes.
   *
   * @param placeOf the place of the code of an element
   */
  void write(byte[] codes, IntUnaryOperator placeOf) {
    for (RowBatch batch : batches) {
      for (int unit = 0; unit < batch.units(); unit++) {
        int channel = batch.channel(unit);
        for (int column = 0; column < batch.columns(); column++) {
          codes[placeOf.applyAsInt(element(channel, column))] = (byte) batch.code(column, unit);
        }
      }
    }
  }

  /** Writes the values. */
  void write(float[] values) {
    for (RowBatch batch : batches) {
      for (int row = 0; row < batch.rows(); row++) {
        int channel = batch.channel(row);
        for (int column = 0; column < batch.columns(); column++) {
          values[element(channel, column)] = batch.value(column, row);
        }
      }
    }
  }

  @Override
  public void close() {
    batches.forEach(RowBatch::close);
  }
}
