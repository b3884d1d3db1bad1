package org.quantsweep.coreml;

import java.util.OptionalInt;
import java.util.Set;
import java.util.SortedSet;

/**
 * Where a model can be cut. Boundary i, in [0, {@link #end}], is the place before step i of those
 * that the model takes one after the other: a network's layers in the order of the file, or the
 * operations of a program's function. Every value is made once and before it is read. Immutable and
 * safe for several threads.
 */
public interface ModelCuts {
  /** The boundary behind the last step. */
  int end();

  /**
   * The boundary before the first step that a weight tensor takes part in; {@link #end} where it
   * takes part in none.
   */
  int before(WeightTensor tensor);

  /**
   * The last boundary from which a run can go on alone and that does not lie behind a boundary:
   * what is live there can be fed.
   */
  int start(int boundary);

  /** The boundary from which a run tells what other values of a weight tensor change. */
  default int start(WeightTensor tensor) {
    return start(before(tensor));
  }

  /**
   * A boundary where a value is live that a weight tensor's layer reads, or behind which it is
   * {@link #inside}; empty where the model, seen as the function that it is seen as, makes no such
   * value.
   */
  OptionalInt reading(WeightTensor tensor, String value);

  /**
   * The arrays of numbers that are there at a boundary and are read behind it, or answered.
   *
   * @param answered the values that the model answers
   */
  SortedSet<String> live(Set<String> answered, int boundary);

  /**
   * The values within the step behind a boundary that weight tensors there are multiplied with: of
   * a condition or a loop, made once, often or never in a run.
   */
  SortedSet<String> inside(int boundary);

  /** Those of the arrays that are there at a boundary that the steps up to another read. */
  SortedSet<String> read(int from, int to);
}
