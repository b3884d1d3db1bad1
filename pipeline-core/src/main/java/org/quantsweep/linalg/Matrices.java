package org.quantsweep.linalg;

import org.bytedeco.openblas.global.openblas;
import org.nd4j.linalg.api.blas.BlasException;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Products and factors of row-major matrices of doubles, one native thread each: Spark gives a task
 * one core, and sums must not depend on how many threads there are. Small ones are done in Java,
 * which is quicker than handing them over.
 */
public final class Matrices {
  /** Below so many multiplications, handing over costs more than it saves. */
  private static final long FEW = 20_000;

  /** Relative; a right factor is below 1e-12, a wrong one is off in the first digits. */
  private static final double WORST_RESIDUAL = 1e-8;

  private Matrices() {}

  /** The native library is set to one thread before its first call. */
  private static final class Native {
    static {
      Nd4j.create(1);
      Nd4j.getEnvironment().setMaxThreads(1);
      Nd4j.getEnvironment().setMaxMasterThreads(1);
      openblas.blas_set_num_threads(1);
    }

    static INDArray of(double[] values, int rows, int columns) {
      return Nd4j.create(values, new long[] {rows, columns}, 'c');
    }
  }

  /**
   * The products of all pairs of columns: X^T X.
   *
   * @param x {@code [rows, columns]}; longer arrays are fine
   * @return {@code [columns, columns]}, symmetric up to the last bits: BLAS sums each triangle
   *     itself
   */
  public static double[] gram(double[] x, int rows, int columns) {
    if ((long) rows * columns * columns < FEW) {
      double[] sums = new double[columns * columns];
      for (int row = 0; row < rows; row++) {
        for (int i = 0; i < columns; i++) {
          double value = x[row * columns + i];
          for (int j = i; j < columns; j++) {
            sums[i * columns + j] += value * x[row * columns + j];
          }
        }
      }
      for (int i = 0; i < columns; i++) {
        for (int j = 0; j < i; j++) {
          sums[i * columns + j] = sums[j * columns + i];
        }
      }
      return sums;
    }
    double[] exact = x.length == rows * columns ? x : java.util.Arrays.copyOf(x, rows * columns);
    INDArray matrix = Native.of(exact, rows, columns);
    INDArray product = Nd4j.gemm(matrix, matrix, true, false);
    double[] sums = product.dup('c').data().asDouble();
    matrix.close();
    product.close();
    return sums;
  }

  /**
   * A product.
   *
   * @param a {@code [rows, inner]}
   * @param b {@code [inner, columns]}
   * @return {@code [rows, columns]}
   */
  public static double[] product(double[] a, double[] b, int rows, int inner, int columns) {
    if ((long) rows * inner * columns < FEW) {
      double[] product = new double[rows * columns];
      for (int i = 0; i < rows; i++) {
        for (int k = 0; k < inner; k++) {
          double value = a[i * inner + k];
          for (int j = 0; j < columns; j++) {
            product[i * columns + j] += value * b[k * columns + j];
          }
        }
      }
      return product;
    }
    INDArray left = Native.of(a, rows, inner);
    INDArray right = Native.of(b, inner, columns);
    INDArray product = Nd4j.gemm(left, right, false, false);
    double[] values = product.dup('c').data().asDouble();
    left.close();
    right.close();
    product.close();
    return values;
  }

  /**
   * The lower triangle L of a symmetric positive definite matrix A = L L^T, zeros above. The factor
   * is checked: OpenBLAS 0.3.19 gives wrong ones on processors with AVX-512. A wrong one is made
   * again in Java.
   *
   * @param a {@code [order, order]}
   * @throws ArithmeticException when the matrix is not positive definite
   */
  public static double[] cholesky(double[] a, int order) {
    if ((long) order * order * order >= FEW) {
      INDArray factor = Native.of(a, order, order).dup('f');
      try {
        Nd4j.getBlasWrapper().lapack().potrf(factor, true);
        double[] lower = factor.dup('c').data().asDouble();
        clearAbove(lower, order);
        if (residual(a, lower, order) <= WORST_RESIDUAL) {
          return lower;
        }
      } catch (RuntimeException | BlasException e) {
        // The matrix, or the library: the plain factorization below tells them apart.
      } finally {
        factor.close();
      }
    }
    return plainCholesky(a, order);
  }

  /** The largest error of L L^T at some places of every row, over the largest diagonal element. */
  static double residual(double[] a, double[] lower, int order) {
    double largest = 0;
    double worst = 0;
    for (int i = 0; i < order; i++) {
      largest = Math.max(largest, Math.abs(a[i * order + i]));
      for (int j : new int[] {0, i / 3, i / 2, i}) {
        double sum = 0;
        for (int k = 0; k <= j; k++) {
          sum += lower[i * order + k] * lower[j * order + k];
        }
        double error = Math.abs(sum - a[i * order + j]);
        worst = error > worst || Double.isNaN(error) ? error : worst;
      }
    }
    return Double.isNaN(worst) ? Double.POSITIVE_INFINITY : worst / largest;
  }

  static double[] plainCholesky(double[] a, int order) {
    double[] lower = new double[order * order];
    for (int i = 0; i < order; i++) {
      for (int j = 0; j <= i; j++) {
        double sum = a[i * order + j];
        for (int k = 0; k < j; k++) {
          sum -= lower[i * order + k] * lower[j * order + k];
        }
        if (i == j) {
          if (!(sum > 0)) {
            throw new ArithmeticException(
                "a matrix of order " + order + " is not positive definite at row " + i + ".");
          }
          lower[i * order + i] = Math.sqrt(sum);
        } else {
          lower[i * order + j] = sum / lower[j * order + j];
        }
      }
    }
    return lower;
  }

  /** The inverse of a lower triangle; lower again. */
  public static double[] inverseOfLower(double[] lower, int order) {
    double[] inverse = new double[order * order];
    for (int i = 0; i < order; i++) {
      double diagonal = 1 / lower[i * order + i];
      // Row i of the inverse: -(row i of L without its diagonal) x (the rows above) / diagonal.
      for (int k = 0; k < i; k++) {
        double value = lower[i * order + k];
        if (value != 0) {
          for (int j = 0; j <= k; j++) {
            inverse[i * order + j] -= value * inverse[k * order + j];
          }
        }
      }
      for (int j = 0; j < i; j++) {
        inverse[i * order + j] *= diagonal;
      }
      inverse[i * order + i] = diagonal;
    }
    return inverse;
  }

  private static void clearAbove(double[] matrix, int order) {
    for (int i = 0; i < order; i++) {
      for (int j = i + 1; j < order; j++) {
        matrix[i * order + j] = 0;
      }
    }
  }
}
