package org.quantsweep.tensor;

import java.io.Serializable;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The lengths of a tensor's axes, outermost first; every length is at least 0. Rank 0 is a scalar.
 */
public final class Shape implements Serializable {
  private static final long serialVersionUID = 1L;

  private final int[] lengths;

  private Shape(int[] lengths) {
    this.lengths = lengths;
  }

  /**
   * A shape of the given lengths.
   *
   * @throws IllegalArgumentException when a length is negative
   */
  public static Shape of(int... lengths) {
    for (int length : lengths) {
      if (length < 0) {
        throw new IllegalArgumentException(
            "shape " + Arrays.toString(lengths) + " has a negative length (" + length + ").");
      }
    }
    return new Shape(lengths.clone());
  }

  /** A shape of the given lengths, each of which must fit an int. */
  public static Shape of(List<? extends Number> lengths) {
    int[] values = new int[lengths.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = Math.toIntExact(lengths.get(i).longValue());
    }
    return of(values);
  }

  /** The number of axes. */
  public int rank() {
    return lengths.length;
  }

  /** The length of an axis; a negative axis counts from the end, -1 being the innermost. */
  public int length(int axis) {
    return lengths[axis < 0 ? lengths.length + axis : axis];
  }

  /** All lengths, outermost first. */
  public int[] lengths() {
    return lengths.clone();
  }

  /**
   * The number of elements: the product of the lengths.
   *
   * @throws ArithmeticException when it does not fit a long
   */
  public long elementCount() {
    long count = 1;
    for (int length : lengths) {
      count = Math.multiplyExact(count, length);
    }
    return count;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Shape shape && Arrays.equals(lengths, shape.lengths);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(lengths);
  }

  /** For example {@code [64, 3, 3, 3]}. */
  @Override
  public String toString() {
    return Arrays.stream(lengths)
        .mapToObj(Integer::toString)
        .collect(Collectors.joining(", ", "[", "]"));
  }
}
