package org.quantsweep.tensor;

import java.io.Serializable;
import java.util.Arrays;
import java.util.Objects;

/**
 * Float32 numbers in row-major order with a shape. Integer features are held as floats too, as Core
 * ML's neural networks compute: exact up to 2^24. Equality is bit for bit, so that NaN equals
 * itself and 0.0 differs from -0.0.
 */
public final class Tensor implements Serializable {
  private static final long serialVersionUID = 1L;

  private final Shape shape;
  private final float[] values;

  private Tensor(Shape shape, float[] values) {
    this.shape = shape;
    this.values = values;
  }

  /** A tensor of copied values. */
  public static Tensor copyOf(Shape shape, float[] values) {
    return wrap(shape, values.clone());
  }

  /**
   * A tensor that keeps the given array: the caller must not change it any more.
   *
   * @throws IllegalArgumentException when the shape does not hold as many elements
   */
  public static Tensor wrap(Shape shape, float[] values) {
    Objects.requireNonNull(shape, "shape");
    if (shape.elementCount() != values.length) {
      throw new IllegalArgumentException(
          "shape "
              + shape
              + " holds "
              + shape.elementCount()
              + " elements, but "
              + values.length
              + " values were given.");
    }
    return new Tensor(shape, values);
  }

  /** The lengths of the axes. */
  public Shape shape() {
    return shape;
  }

  /** The number of values. */
  public int size() {
    return values.length;
  }

  /** The value at a row-major position in [0, {@link #size()}). */
  public float get(int position) {
    return values[position];
  }

  /** A copy of the values in row-major order. */
  public float[] toArray() {
    return values.clone();
  }

  /**
   * The array inside, not copied, for hot loops and native calls: whoever takes it must not write
   * to it.
   */
  public float[] sharedArray() {
    return values;
  }

  /** The same values under another shape of as many elements. */
  public Tensor reshape(Shape other) {
    return wrap(other, values);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Tensor tensor
        && shape.equals(tensor.shape)
        && Arrays.equals(values, tensor.values);
  }

  @Override
  public int hashCode() {
    return 31 * shape.hashCode() + Arrays.hashCode(values);
  }

  @Override
  public String toString() {
    return "Tensor" + shape;
  }
}
