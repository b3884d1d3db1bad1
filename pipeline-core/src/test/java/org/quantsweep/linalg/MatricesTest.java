package org.quantsweep.linalg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Offset.offset;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Native results against plain loops, on both sides of the size where they take over. */
class MatricesTest {
  @ParameterizedTest
  @ValueSource(ints = {3, 40, 200})
  void productsAreThoseOfPlainLoops(int order) {
    double[] x = random(order + 7, order, 1);
    double[] gram = Matrices.gram(x, order + 7, order);
    double[] square = Matrices.product(random(5, order, 2), gram, 5, order, order);
    double[] a = random(5, order, 2);
    for (int i = 0; i < order; i += 1 + order / 9) {
      for (int j = 0; j < order; j += 1 + order / 9) {
        double sum = 0;
        for (int row = 0; row < order + 7; row++) {
          sum += x[row * order + i] * x[row * order + j];
        }
        assertThat(gram[i * order + j]).isCloseTo(sum, offset(1e-9 * order));
      }
      double sum = 0;
      for (int k = 0; k < order; k++) {
        sum += a[2 * order + k] * gram[k * order + i];
      }
      assertThat(square[2 * order + i]).isCloseTo(sum, offset(1e-8 * order));
    }
  }

  /**
   * The OpenBLAS that ND4J brings (0.3.19) fails here on processors with AVX-512: wrong factors, or
   * a refusal of a valid matrix.
   */
  @ParameterizedTest
  @ValueSource(ints = {2, 30, 64, 257, 576})
  void factorsMultiplyToTheMatrix(int order) {
    double[] x = random(2 * order, order, 3);
    double[] a = Matrices.gram(x, 2 * order, order);
    double[] lower = Matrices.cholesky(a, order);
    assertThat(Matrices.residual(a, lower, order)).isLessThan(1e-12);
    double[] plain = Matrices.plainCholesky(a, order);
    for (int i = 0; i < plain.length; i++) {
      assertThat(lower[i]).isCloseTo(plain[i], offset(1e-9 * order));
    }
    double[] inverse = Matrices.inverseOfLower(lower, order);
    double[] one = Matrices.product(lower, inverse, order, order, order);
    for (int i = 0; i < order; i++) {
      assertThat(one[i * order + i]).isCloseTo(1, offset(1e-9));
      assertThat(one[i * order + (i + 1) % order]).isCloseTo(order == 1 ? 1 : 0, offset(1e-9));
    }
  }

  @Test
  void aWrongFactorIsSeen() {
    double[] a = Matrices.gram(random(20, 10, 4), 20, 10);
    double[] lower = Matrices.plainCholesky(a, 10);
    lower[55] += 1e-3;
    assertThat(Matrices.residual(a, lower, 10)).isGreaterThan(1e-8);
    lower[55] = Double.NaN;
    assertThat(Matrices.residual(a, lower, 10)).isInfinite();
  }

  @Test
  void whatIsNotPositiveDefiniteIsRefused() {
    double[] a = new double[100 * 100];
    for (int i = 0; i < 100; i++) {
      a[i * 100 + i] = i == 60 ? -1 : 1;
    }
    assertThatThrownBy(() -> Matrices.cholesky(a, 100))
        .isInstanceOf(ArithmeticException.class)
        .hasMessage("a matrix of order 100 is not positive definite at row 60.");
  }

  private static double[] random(int rows, int columns, long seed) {
    Random random = new Random(seed);
    double[] values = new double[rows * columns];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextGaussian();
    }
    return values;
  }
}
