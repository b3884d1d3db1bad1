package org.quantsweep.calibration;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.quantsweep.coreml.LinearUse;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;

/** Sums of products over several axes, as attention's projections have them: a matrix a group. */
final class Contracted extends LayerInputs {
  private final Shape shape;
  private final LinearUse.Form.Contraction form;
  private final int[] groupsAt;
  private final int[] rowsAt;
  private final int[] columnsAt;

  /** Where the vectors lie in inputs of the shape that was met last. */
  private volatile Places places;

  Contracted(Shape shape, LinearUse.Form.Contraction form) {
    super(
        elements(shape, form.groups()),
        elements(shape, form.rows()),
        elements(shape, form.columns()));
    this.shape = shape;
    this.form = form;
    int[] steps = steps(shape);
    this.groupsAt = offsets(shape, form.groups(), steps);
    this.rowsAt = offsets(shape, form.rows(), steps);
    this.columnsAt = offsets(shape, form.columns(), steps);
  }

  private static int elements(Shape shape, List<Integer> axes) {
    return axes.stream().mapToInt(shape::length).reduce(1, Math::multiplyExact);
  }

  /** Between neighbours along each axis. */
  private static int[] steps(Shape shape) {
    int[] steps = new int[shape.rank()];
    int step = 1;
    for (int axis = steps.length - 1; axis >= 0; axis--) {
      steps[axis] = step;
      step *= shape.length(axis);
    }
    return steps;
  }

  /**
   * Where all indices of some axes lie, the last axis innermost.
   *
   * @param steps for each of the shape's axes
   */
  private static int[] offsets(Shape shape, List<Integer> axes, int[] steps) {
    int[] offsets = new int[elements(shape, axes)];
    for (int i = 0; i < offsets.length; i++) {
      int left = i;
      for (int k = axes.size() - 1; k >= 0; k--) {
        int axis = axes.get(k);
        offsets[i] += left % shape.length(axis) * steps[axis];
        left /= shape.length(axis);
      }
    }
    return offsets;
  }

  @Override
  int element(int group, int row, int column) {
    return groupsAt[group] + rowsAt[row] + columnsAt[column];
  }

  /** Where vectors begin in an input, and where their numbers lie behind that. */
  private static final class Places {
    private final Shape input;
    private final int[] starts;
    private final int[] groups;
    private final int[] columns;

    Places(Shape input, int[] starts, int[] groups, int[] columns) {
      this.input = input;
      this.starts = starts;
      this.groups = groups;
      this.columns = columns;
    }
  }

  private Places places(Shape input) {
    Places known = places;
    if (known == null || !known.input.equals(input)) {
      known = found(input);
      places = known;
    }
    return known;
  }

  private Places found(Shape input) {
    List<Integer> axes = axes(input);
    int[] own = steps(input);
    int[] ofWeights = new int[shape.rank()];
    int[] ofPlaces = new int[input.rank()];
    int[] lengths = input.lengths();
    for (int axis = 0; axis < axes.size(); axis++) {
      int shared = axes.get(axis);
      if (shared == LinearUse.Form.Contraction.PLACES) {
        ofPlaces[axis] = own[axis];
        continue;
      }
      if (lengths[axis] != 1 && lengths[axis] != shape.length(shared)) {
        throw new IllegalArgumentException(
            "an input of shape " + input + " does not fit weights of shape " + shape);
      }
      // One of length 1 serves all groups.
      ofWeights[shared] = lengths[axis] == 1 ? 0 : own[axis];
      lengths[axis] = 1;
    }
    Shape free = Shape.of(lengths);
    List<Integer> all = IntStream.range(0, lengths.length).boxed().toList();
    return new Places(
        input,
        offsets(free, all, ofPlaces),
        offsets(shape, form.groups(), ofWeights),
        offsets(shape, form.columns(), ofWeights));
  }

  /**
   * What an input's axes are: the form's from behind, with places before them. A vector is along
   * the columns, as a product of matrices takes it.
   */
  private List<Integer> axes(Shape input) {
    List<Integer> known = form.input();
    int more = input.rank() - known.size();
    if (more < 0) {
      return input.rank() == 1 ? form.columns() : known.subList(-more, known.size());
    }
    List<Integer> axes =
        new ArrayList<>(Collections.nCopies(more, LinearUse.Form.Contraction.PLACES));
    axes.addAll(known);
    return axes;
  }

  @Override
  int places(Tensor input) {
    return places(input.shape()).starts.length;
  }

  @Override
  void gather(Tensor input, int place, int group, double[] x, int start) {
    Places found = places(input.shape());
    float[] values = input.sharedArray();
    int first = found.starts[place] + found.groups[group];
    for (int column = 0; column < columns(); column++) {
      x[start + column] = values[first + found.columns[column]];
    }
  }
}
