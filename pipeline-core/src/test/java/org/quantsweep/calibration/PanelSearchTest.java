package org.quantsweep.calibration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.quantsweep.quantize.FloatType;

/** Codes that are looked for several at once. */
class PanelSearchTest {
  private static final int ROWS = 12;

  /** Inputs that are much alike: single codes get stuck. */
  static double[] second(Random random, int n) {
    double[] second = new double[n * n];
    for (int sample = 0; sample < 4 * n; sample++) {
      double[] x = new double[n];
      double last = 0;
      for (int i = 0; i < n; i++) {
        last = 0.9 * last + random.nextGaussian();
        x[i] = last;
      }
      for (int i = 0; i < n; i++) {
        for (int j = 0; j < n; j++) {
          second[i * n + j] += x[i] * x[j] / (4 * n);
        }
      }
    }
    for (int i = 0; i < n; i++) {
      second[i * n + i] += 0.01;
    }
    return second;
  }

  static RowMetric metric(double[] second, int n) {
    int[] order = IntStream.range(0, n).toArray();
    double[] diagonal = new double[n];
    Arrays.setAll(diagonal, i -> second[i * n + i]);
    double[] feedback = CalibratedQuantizer.feedback(second.clone(), order, n, 0.01);
    return new RowMetric(diagonal, List.of(new RowMetric.Part(0, second, order, feedback)));
  }

  private static float[] weights(Random random, int n) {
    float[] weights = new float[n * ROWS];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = (float) random.nextGaussian();
    }
    return weights;
  }

  private static TableBooks books(int codes, int vector) {
    Random random = new Random(codes);
    float[] entries = new float[codes * vector];
    for (int i = 0; i < entries.length; i++) {
      entries[i] = (float) random.nextGaussian();
    }
    if (vector == 1) {
      Arrays.sort(entries);
    }
    EntryRounding rounding = new EntryRounding(FloatType.SINGLE, false);
    return new TableBooks(new float[][] {entries}, vector, 10, channel -> 0, rounding);
  }

  /** Of the rows of a unit, by the definition. */
  private static double error(RowBatch batch, float[] weights, double[] second, int unit) {
    int n = batch.columns();
    double sum = 0;
    for (int row = unit; row < batch.rows(); row += batch.units()) {
      for (int i = 0; i < n; i++) {
        double one = weights[i * batch.rows() + row] - batch.value(i, row);
        for (int j = 0; j < n; j++) {
          double other = weights[j * batch.rows() + row] - batch.value(j, row);
          sum += one * second[i * n + j] * other;
        }
      }
    }
    return sum;
  }

  /** Columns of less than a panel, of one, and of several; with vectors and weights left out. */
  @ParameterizedTest
  @CsvSource({"1, 1, 0", "7, 1, 0", "32, 2, 0", "33, 1, 3", "70, 1, 0", "70, 3, 0", "70, 1, 5"})
  void noRowGetsWorseAndManyGetBetter(int n, int vector, int leftOutEvery) {
    Random random = new Random(n + vector);
    double[] second = second(random, n);
    float[] weights = weights(random, n);
    BitSet leftOut = new BitSet();
    for (int i = 0; leftOutEvery > 0 && i < weights.length; i += leftOutEvery) {
      leftOut.set(i);
    }
    TableBooks books = books(8, vector);
    try (RowMetric metric = metric(second, n);
        RowBatch batch = new RowBatch(metric, 0, 0, vector, weights, leftOut)) {
      batch.round(books);
      batch.descend(books, 100);
      double[] before = new double[batch.units()];
      Arrays.setAll(before, unit -> error(batch, weights, second, unit));
      boolean any = batch.search(books, 0);
      int better = 0;
      double sum = 0;
      for (int unit = 0; unit < before.length; unit++) {
        double after = error(batch, weights, second, unit);
        assertThat(after).isLessThanOrEqualTo(before[unit] * (1 + 1e-5));
        better += after < before[unit] * (1 - 1e-5) ? 1 : 0;
        sum += after;
      }
      // Vectors and what is left out leave little to gain here.
      int expected = n < 33 || vector > 1 || leftOutEvery > 0 ? 0 : before.length / 2;
      assertThat(better).isGreaterThanOrEqualTo(expected);
      assertThat(any).isEqualTo(better > 0);
      batch.settle();
      assertThat(batch.error()).isCloseTo(sum, within(1e-4 * sum));
      for (int i = leftOut.nextSetBit(0); i >= 0; i = leftOut.nextSetBit(i + 1)) {
        assertThat(batch.value(i / ROWS, i % ROWS)).isZero();
      }
    }
  }

  /** So it does not matter how rows are cut into batches. */
  @ParameterizedTest
  @CsvSource({"7", "33", "70"})
  void everyRowGetsWhatItWouldGetAlone(int n) {
    Random random = new Random(n);
    double[] second = second(random, n);
    float[] weights = weights(random, n);
    TableBooks books = books(8, 1);
    try (RowMetric metric = metric(second, n);
        RowBatch batch = new RowBatch(metric, 0, 0, 1, weights, new BitSet())) {
      batch.round(books);
      batch.search(books, 3);
      for (int row = 0; row < ROWS; row++) {
        float[] own = new float[n];
        for (int i = 0; i < n; i++) {
          own[i] = weights[i * ROWS + row];
        }
        try (RowBatch alone = new RowBatch(metric, 0, row, 1, own, new BitSet())) {
          alone.round(books);
          alone.search(books, 3);
          for (int column = 0; column < n; column++) {
            assertThat(alone.code(column, 0)).isEqualTo(batch.code(column, row));
          }
        }
      }
    }
  }

  /** Against all 8^5 codes of each row: few are missed of those that single codes miss. */
  @Test
  void theBestCodesOfSmallRowsAreFound() {
    int n = 5;
    int stuckBefore = 0;
    int stuck = 0;
    TableBooks books = books(8, 1);
    for (int world = 0; world < 8; world++) {
      Random random = new Random(world);
      double[] second = second(random, n);
      float[] weights = weights(random, n);
      try (RowMetric metric = metric(second, n);
          RowBatch batch = new RowBatch(metric, 0, 0, 1, weights, new BitSet());
          RowBatch all = new RowBatch(metric, 1, 0, 1, weights, new BitSet())) {
        batch.round(books);
        batch.descend(books, 100);
        double[] single = new double[ROWS];
        Arrays.setAll(single, row -> error(batch, weights, second, row));
        for (int seed = 0; seed < 20; seed++) {
          batch.search(books, seed);
        }
        for (int row = 0; row < ROWS; row++) {
          double least = least(all, row, books.entries(0), weights, second);
          double found = error(batch, weights, second, row);
          stuckBefore += single[row] > least * (1 + 1e-4) ? 1 : 0;
          stuck += found > least * (1 + 1e-4) ? 1 : 0;
          assertThat(found).isGreaterThan(least * (1 - 1e-9)).isLessThanOrEqualTo(single[row]);
        }
      }
    }
    assertThat(2 * stuck).isLessThan(stuckBefore);
  }

  /** Of all codes that a row may have. */
  private static double least(
      RowBatch batch, int row, float[] entries, float[] weights, double[] second) {
    int n = batch.columns();
    double least = Double.POSITIVE_INFINITY;
    for (int codes = 0; codes < Math.pow(entries.length, n); codes++) {
      int left = codes;
      for (int column = 0; column < n; column++) {
        batch.setValue(column, row, entries[left % entries.length]);
        left /= entries.length;
      }
      least = Math.min(least, error(batch, weights, second, row));
    }
    return least;
  }

  @Test
  void otherSeedsFindOtherCodes() {
    int n = 64;
    Random random = new Random(4);
    double[] second = second(random, n);
    float[] weights = weights(random, n);
    TableBooks books = books(8, 1);
    try (RowMetric metric = metric(second, n);
        RowBatch batch = new RowBatch(metric, 0, 0, 1, weights, new BitSet())) {
      batch.round(books);
      assertThat(batch.search(books, 0)).isTrue();
      double first = batch.error();
      assertThat(batch.search(books, 1)).isTrue();
      assertThat(batch.error()).isLessThan(first);
    }
  }
}
