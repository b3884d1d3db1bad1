package org.quantsweep.linalg;

import java.util.Arrays;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.openblas.global.openblas;

/**
 * A row-major matrix of float32, for products of one thread. Large ones lie in native memory, where
 * BLAS finds them without a copy; whoever makes one closes it. The same numbers give the same bits
 * wherever a matrix of these lengths is multiplied.
 */
public final class FloatMatrix implements AutoCloseable {
  private final int rows;
  private final int columns;

  /** Empty where the matrix lies in native memory. */
  private final float[] heap;

  private final FloatPointer place;

  /**
   * A matrix whose numbers are still to be written.
   *
   * @param isNative whether it lies in native memory, as all matrices of a product do or none
   */
  public FloatMatrix(int rows, int columns, boolean isNative) {
    this.rows = rows;
    this.columns = columns;
    if (isNative) {
      Matrices.prepare();
      this.heap = new float[0];
      this.place = new FloatPointer((long) rows * columns);
    } else {
      this.heap = new float[Math.multiplyExact(rows, columns)];
      this.place = null;
    }
  }

  /** The number of rows. */
  public int rows() {
    return rows;
  }

  /** The number of columns. */
  public int columns() {
    return columns;
  }

  /** Whether it lies in native memory. */
  public boolean isNative() {
    return place != null;
  }

  /**
   * Copies some rows.
   *
   * @param into {@code [count, columns]}, or longer
   */
  public void read(int first, int count, float[] into, int at) {
    if (place == null) {
      System.arraycopy(heap, first * columns, into, at, count * columns);
    } else {
      at(first, 0).get(into, at, count * columns);
    }
  }

  /** Takes some rows over: {@code [count, columns]}, or longer. */
  public void write(int first, int count, float[] from, int at) {
    if (place == null) {
      System.arraycopy(from, at, heap, first * columns, count * columns);
    } else {
      at(first, 0).put(from, at, count * columns);
    }
  }

  /** Copies {@code [count, count]} numbers around the diagonal. */
  public void corner(int first, int count, float[] into) {
    if (place == null) {
      for (int row = 0; row < count; row++) {
        System.arraycopy(heap, (first + row) * columns + first, into, row * count, count);
      }
      return;
    }
    for (int row = 0; row < count; row++) {
      at(first + row, first).get(into, row * count, count);
    }
  }

  /**
   * Adds {@code factor x A[:, first, ..] B}, of as many columns of A as B has rows.
   *
   * @param a as many rows as this
   * @param b as many columns as this
   */
  public void add(float factor, FloatMatrix a, int first, FloatMatrix b, int count) {
    combine(1, factor, a, first, b, count);
  }

  /** Becomes the product {@code A B}. */
  public void set(FloatMatrix a, FloatMatrix b) {
    if (place == null) {
      Arrays.fill(heap, 0);
    }
    combine(0, 1, a, 0, b, b.rows);
  }

  private void combine(
      float kept, float factor, FloatMatrix a, int first, FloatMatrix b, int count) {
    if (place == null) {
      for (int row = 0; row < rows; row++) {
        for (int k = 0; k < count; k++) {
          addRow(factor * a.heap[row * a.columns + first + k], b, k, row);
        }
      }
      return;
    }
    openblas.cblas_sgemm(
        openblas.CblasRowMajor,
        openblas.CblasNoTrans,
        openblas.CblasNoTrans,
        rows,
        columns,
        count,
        factor,
        a.at(0, first),
        a.columns,
        b.place,
        columns,
        kept,
        place,
        columns);
  }

  /**
   * Adds {@code factor x A[first.., :]^T B} to the rows from {@code from} on: some rows of a square
   * A, its columns from {@code from} on.
   */
  public void addTransposed(
      float factor, FloatMatrix a, int first, FloatMatrix b, int count, int from) {
    if (from >= rows) {
      return;
    }
    if (place == null) {
      for (int row = from; row < rows; row++) {
        for (int k = 0; k < count; k++) {
          addRow(factor * a.heap[(first + k) * a.columns + row], b, k, row);
        }
      }
      return;
    }
    openblas.cblas_sgemm(
        openblas.CblasRowMajor,
        openblas.CblasTrans,
        openblas.CblasNoTrans,
        rows - from,
        columns,
        count,
        factor,
        a.at(first, from),
        a.columns,
        b.place,
        columns,
        1,
        at(from, 0),
        columns);
  }

  /** A view, which owns nothing. */
  private FloatPointer at(int row, int column) {
    return place.getPointer((long) row * columns + column);
  }

  private void addRow(float factor, FloatMatrix b, int from, int to) {
    for (int i = 0; i < columns && factor != 0; i++) {
      heap[to * columns + i] += factor * b.heap[from * columns + i];
    }
  }

  @Override
  public void close() {
    if (place != null) {
      place.close();
    }
  }
}
