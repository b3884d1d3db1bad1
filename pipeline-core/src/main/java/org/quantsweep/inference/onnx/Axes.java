package org.quantsweep.inference.onnx;

import java.util.ArrayList;
import java.util.List;
import org.quantsweep.tensor.Shape;

/** Counting axes, and matching those of two values. */
public final class Axes {
  private Axes() {}

  /**
   * An axis counted from the front.
   *
   * @param axis counted from the end when it is negative
   * @throws UnsupportedLayerException when there is no such axis
   */
  public static int place(long axis, int rank) {
    long counted = axis < 0 ? axis + rank : axis;
    if (counted < 0 || counted >= rank) {
      throw new UnsupportedLayerException("its axis " + axis + " is not one of rank " + rank);
    }
    return (int) counted;
  }

  /** The lengths of a shape, in a list of the caller's own. */
  public static List<Integer> lengths(Shape shape) {
    List<Integer> lengths = new ArrayList<>();
    for (int length : shape.lengths()) {
      lengths.add(length);
    }
    return lengths;
  }

  /**
   * The shape of two that broadcast: axes are matched from the innermost.
   *
   * @throws UnsupportedLayerException when the shapes do not fit
   */
  public static Shape broadcast(Shape one, Shape other) {
    int rank = Math.max(one.rank(), other.rank());
    int[] lengths = new int[rank];
    for (int axis = 1; axis <= rank; axis++) {
      int a = axis <= one.rank() ? one.length(-axis) : 1;
      int b = axis <= other.rank() ? other.length(-axis) : 1;
      if (a != b && a != 1 && b != 1) {
        throw new UnsupportedLayerException("its inputs " + one + " and " + other + " do not fit");
      }
      lengths[rank - axis] = a == 1 ? b : a;
    }
    return Shape.of(lengths);
  }
}
