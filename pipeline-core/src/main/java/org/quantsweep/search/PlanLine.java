package org.quantsweep.search;

import java.util.AbstractList;
import java.util.Iterator;
import java.util.List;
import java.util.RandomAccess;
import java.util.function.IntFunction;
import org.quantsweep.encode.QuantizationPlan;

/** Plans by the places of their options, each made when it is asked for. */
final class PlanLine extends AbstractList<QuantizationPlan> implements RandomAccess {
  private final SearchSpace space;
  private final int size;
  private final IntFunction<List<Integer>> places;

  /**
   * A line of plans.
   *
   * @param places of a plan's options, in the order of weight tensors
   */
  PlanLine(SearchSpace space, int size, IntFunction<List<Integer>> places) {
    this.space = space;
    this.size = size;
    this.places = places;
  }

  @Override
  public QuantizationPlan get(int index) {
    return space.plan(places.apply(index));
  }

  /** The summed bytes of a plan's options: its exact size but for what options share. */
  long bytes(int index) {
    long bytes = 0;
    Iterator<Integer> own = places.apply(index).iterator();
    for (List<SearchSpace.SizedOption> options : space.tensors().values()) {
      bytes += options.get(own.next()).bytes();
    }
    return bytes;
  }

  @Override
  public int size() {
    return size;
  }
}
