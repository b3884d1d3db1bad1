package org.quantsweep.linalg;

import java.util.Arrays;
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

  /** Of triangles that are not cut. */
  private static final int SMALL_ORDER = 64;

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

    /** Runs what stands above, once. */
    static void prepare() {}

    static INDArray of(double[] values, int rows, int columns) {
      return Nd4j.create(values, new long[] {rows, columns}, 'c');
    }
  }

  /** Makes the native library ready: one thread. */
  static void prepare() {
    Native.prepare();
  }

  /**
   * The products of all pairs of columns: X^T X.
   *
   * @param x {@code [rows, columns]}; longer arrays are fine
   * @return {@code [columns, columns]}, symmetric in every bit
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
    double[] exact = x.length == rows * columns ? x : Arrays.copyOf(x, rows * columns);
    Native.prepare();
    double[] sums = new double[columns * columns];
    openblas.cblas_dsyrk(
        openblas.CblasRowMajor,
        openblas.CblasUpper,
        openblas.CblasTrans,
        columns,
        rows,
        1,
        exact,
        columns,
        0,
        sums,
        columns);
    for (int i = 0; i < columns; i++) {
      for (int j = 0; j < i; j++) {
        sums[i * columns + j] = sums[j * columns + i];
      }
    }
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
    Native.prepare();
    double[] product = new double[rows * columns];
    openblas.cblas_dgemm(
        openblas.CblasRowMajor,
        openblas.CblasNoTrans,
        openblas.CblasNoTrans,
        rows,
        columns,
        inner,
        1,
        a,
        inner,
        b,
        columns,
        0,
        product,
        columns);
    return product;
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

  /**
   * The inverse of a lower triangle; lower again. Large ones are cut into quarters: the lower left
   * one of the inverse is a product of the two inverses on the diagonal with that of the triangle.
   */
  public static double[] inverseOfLower(double[] lower, int order) {
    if (order <= SMALL_ORDER) {
      return plainInverseOfLower(lower, order);
    }
    int half = order / 2;
    int rest = order - half;
    double[] upper = inverseOfLower(part(lower, order, 0, 0, half, half), half);
    double[] bottom = inverseOfLower(part(lower, order, half, half, rest, rest), rest);
    double[] between = part(lower, order, half, 0, rest, half);
    double[] left = product(bottom, product(between, upper, rest, half, half), rest, rest, half);
    double[] inverse = new double[order * order];
    for (int i = 0; i < half; i++) {
      System.arraycopy(upper, i * half, inverse, i * order, half);
    }
    for (int i = 0; i < rest; i++) {
      int start = (half + i) * order;
      for (int j = 0; j < half; j++) {
        inverse[start + j] = -left[i * half + j];
      }
      System.arraycopy(bottom, i * rest, inverse, start + half, rest);
    }
    return inverse;
  }

  private static double[] part(
      double[] matrix, int order, int row, int column, int rows, int columns) {
    double[] part = new double[rows * columns];
    for (int i = 0; i < rows; i++) {
      System.arraycopy(matrix, (row + i) * order + column, part, i * columns, columns);
    }
    return part;
  }

  static double[] plainInverseOfLower(double[] lower, int order) {
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
