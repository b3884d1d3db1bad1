package org.quantsweep.inference.run;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.quantsweep.sample.InputDescription;
import org.quantsweep.sample.LengthRange;
import org.quantsweep.tensor.Shape;

/** Some of the shapes that a flexible input allows. */
final class AllowedShapes {
  /** Of a range without an end, as many lengths are looked at from its least one on. */
  private static final long LONGEST_TRIED = 4096;

  /** Larger inputs are not made only to try a model. */
  private static final long MOST_ELEMENTS = 1 << 24;

  private AllowedShapes() {}

  /** Shapes of an input beside the preferred one, in the order in which the model lists them. */
  static List<Shape> of(InputDescription input, int most) {
    Set<Shape> shapes = new LinkedHashSet<>();
    if (input instanceof InputDescription.Picture picture) {
      LengthRange channels = LengthRange.exactly(picture.colorSpace().channels());
      picture
          .sizes()
          .forEach(size -> add(List.of(channels, size.height(), size.width()), most, shapes));
    } else if (input instanceof InputDescription.Array array) {
      array.shapes().forEach(ranges -> add(ranges, most, shapes));
    }
    return shapes.stream().limit(most).toList();
  }

  /** The i-th shape takes the i-th length of each axis, and the last one where there are fewer. */
  private static void add(List<LengthRange> ranges, int most, Set<Shape> shapes) {
    List<List<Integer>> axes = new ArrayList<>();
    int longest = 0;
    for (LengthRange range : ranges) {
      List<Integer> lengths = lengths(range, most);
      axes.add(lengths);
      longest = Math.max(longest, lengths.size());
    }
    for (int i = 0; i < longest; i++) {
      List<Integer> lengths = new ArrayList<>();
      long elements = 1;
      for (List<Integer> axis : axes) {
        int length = axis.get(Math.min(i, axis.size() - 1));
        lengths.add(length);
        elements = Math.min(elements * length, Integer.MAX_VALUE);
      }
      if (elements > 0 && elements <= MOST_ELEMENTS) {
        shapes.add(Shape.of(lengths));
      }
    }
  }

  private static List<Integer> lengths(LengthRange range, int most) {
    long least = Math.max(1, range.least());
    long end = Math.min(range.most(), Math.max(least, LONGEST_TRIED));
    TreeSet<Integer> lengths = new TreeSet<>();
    if (end - least < most) {
      for (long length = least; length <= end; length++) {
        lengths.add(Math.toIntExact(length));
      }
    } else {
      lengths.add(Math.toIntExact(least));
      for (long length = Long.highestOneBit(least) * 2; length < end; length *= 2) {
        lengths.add(Math.toIntExact(length));
      }
      lengths.add(Math.toIntExact(end));
    }
    return List.copyOf(lengths);
  }
}
