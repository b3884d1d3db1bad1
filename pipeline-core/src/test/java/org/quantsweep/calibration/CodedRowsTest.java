package org.quantsweep.calibration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.quantsweep.quantize.FloatType;

/** The gradient that fits go by is H D^T, by its definition, however few values were changed. */
class CodedRowsTest {
  private static final int COLUMNS = 12;

  private static double[] symmetric(Random random, int n) {
    double[] factor = random.doubles((long) n * n, -1, 1).toArray();
    double[] product = new double[n * n];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        for (int k = 0; k < n; k++) {
          product[i * n + j] += factor[i * n + k] * factor[j * n + k];
        }
      }
      product[i * n + i] += 1;
    }
    return product;
  }

  private static double[] identity(int n) {
    double[] identity = new double[n * n];
    IntStream.range(0, n).forEach(i -> identity[i * n + i] = 1);
    return identity;
  }

  /** Books of one column in four, of half of them, and of all. */
  @ParameterizedTest
  @ValueSource(ints = {4, 2, 1})
  void theGradientFollowsTheValues(int count) {
    Random random = new Random(count);
    int half = COLUMNS / 2;
    int[] order = IntStream.range(0, half).toArray();
    double[] first = symmetric(random, half);
    double[] second = symmetric(random, half);
    double[] importance = new double[COLUMNS];
    for (int i = 0; i < half; i++) {
      importance[i] = first[i * half + i];
      importance[half + i] = second[i * half + i];
    }
    RowMetric metric =
        new RowMetric(
            importance,
            List.of(
                new RowMetric.Part(0, first, order, identity(half)),
                new RowMetric.Part(half, second, order, identity(half))));
    double[][] weights = {
      random.doubles(COLUMNS, -1, 1).toArray(), random.doubles(COLUMNS, -1, 1).toArray()
    };
    Codebook[] books = new Codebook[count];
    for (int book = 0; book < count; book++) {
      float[] entries = {-0.5F, -0.25F, 0.25F, 0.5F};
      books[book] = new Codebook.Entries(entries, 2);
    }
    int[] columns = IntStream.range(0, COLUMNS).map(column -> column % count).toArray();
    CodedRows rows = new CodedRows(weights, books, columns, metric);
    assertGradient(rows, weights, first, second);
    rows.descend(2);
    assertGradient(rows, weights, first, second);
    for (int book = 0; book < count; book++) {
      float shift = 0.1F * (book + 1);
      rows.follow(
          book,
          null,
          (code, value) -> {
            value[0] = FloatType.SINGLE.round(code + shift);
            value[1] = FloatType.SINGLE.round(code - shift);
          });
      assertGradient(rows, weights, first, second);
    }
  }

  private static void assertGradient(
      CodedRows rows, double[][] weights, double[] first, double[] second) {
    int half = COLUMNS / 2;
    for (int row = 0; row < weights.length; row++) {
      for (int i = 0; i < COLUMNS; i++) {
        int start = i < half ? 0 : half;
        double[] moments = i < half ? first : second;
        double expected = 0;
        for (int j = 0; j < half; j++) {
          int column = start + j;
          expected +=
              moments[(i - start) * half + j] * (weights[row][column] - rows.value(row, column));
        }
        assertThat(rows.gradient(row, i)).isCloseTo(expected, within(1e-9));
      }
    }
  }
}
