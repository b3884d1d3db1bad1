package org.quantsweep.search;

import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.RandomAccess;
import org.quantsweep.encode.QuantizationPlan;

/**
 * Plans of a line, ascending in the bytes that they promise. A plan becomes a candidate when it is
 * asked for, because its exact size may take its whole files.
 */
final class CandidateLine extends AbstractList<Candidate> implements RandomAccess {
  private final PlanCatalog catalog;
  private final List<QuantizationPlan> plans;
  private final long[] promised;
  private final Candidate[] made;

  CandidateLine(PlanCatalog catalog, List<QuantizationPlan> plans, List<Long> promised) {
    this(
        catalog,
        List.copyOf(plans),
        promised.stream().mapToLong(Long::longValue).toArray(),
        new Candidate[plans.size()]);
  }

  private CandidateLine(
      PlanCatalog catalog, List<QuantizationPlan> plans, long[] promised, Candidate[] made) {
    this.catalog = catalog;
    this.plans = plans;
    this.promised = promised;
    this.made = made;
  }

  @Override
  public Candidate get(int place) {
    if (made[place] == null) {
      made[place] = catalog.add(plans.get(place));
    }
    return made[place];
  }

  @Override
  public int size() {
    return plans.size();
  }

  QuantizationPlan plan(int place) {
    return plans.get(place);
  }

  /** The first plans, all that are smaller than a candidate. */
  CandidateLine below(Candidate limit) {
    int end = Arrays.binarySearch(promised, limit.size().bytes());
    end = end < 0 ? -end - 1 : end;
    while (end < size() && get(end).compareTo(limit) < 0) {
      end++;
    }
    while (end > 0 && end <= size() && get(end - 1).compareTo(limit) >= 0) {
      end--;
    }
    return new CandidateLine(
        catalog, plans.subList(0, end), Arrays.copyOf(promised, end), Arrays.copyOf(made, end));
  }

  /** The plan of which the promised size is nearest to another, by logarithms. */
  Candidate nearest(double logBytes) {
    int nearest = 0;
    for (int place = 1; place < size(); place++) {
      if (distance(place, logBytes) < distance(nearest, logBytes)) {
        nearest = place;
      }
    }
    return get(nearest);
  }

  private double distance(int place, double logBytes) {
    return Math.abs(Math.log((double) promised[place]) - logBytes);
  }

  /**
   * Some of the plans, so that few exact sizes are asked for; all of them where these cost nothing.
   *
   * @param from promised bytes of the smallest
   * @param to of the largest
   * @param step by which each is larger than the one before, at least 1
   */
  List<Candidate> spaced(double from, double to, double step) {
    List<Candidate> some = new ArrayList<>();
    double next = from;
    for (int place = 0; place < size() && promised[place] <= to; place++) {
      if (promised[place] >= next) {
        some.add(get(place));
        next = promised[place] * step;
      }
    }
    return some;
  }
}
