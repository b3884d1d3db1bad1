package org.quantsweep.search;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.quantsweep.encode.QuantizationPlan;
import org.quantsweep.quantize.Scheme;
import org.quantsweep.sweep.TensorOption;

/** Options on which plans near a size depend: these take them, or would in one step. */
final class NearBoundary {
  /** Of the size: where the plans lie that a search judges. */
  private static final double FROM = 0.94;

  private static final double TO = 1.1;

  /** Plans that are looked at: neighbours on a line of 30,000 hardly differ. */
  private static final int MOST_PLANS = 64;

  private NearBoundary() {}

  /**
   * The options.
   *
   * @param line plans, ascending in size
   * @param bytes the size
   */
  static Set<TensorOption> options(
      SearchSpace space, List<QuantizationPlan> line, PlanCatalog catalog, long bytes) {
    Map<String, Set<Integer>> taken = new LinkedHashMap<>();
    for (QuantizationPlan plan : plans(line, catalog, bytes)) {
      plan.schemes()
          .forEach(
              (tensor, scheme) ->
                  taken
                      .computeIfAbsent(tensor, own -> new TreeSet<>())
                      .add(place(space.tensors().get(tensor), scheme)));
    }
    Set<TensorOption> near = new TreeSet<>();
    taken.forEach(
        (tensor, places) -> {
          List<SearchSpace.SizedOption> options = space.tensors().get(tensor);
          for (int place : places) {
            for (int step = -1; step <= 1; step++) {
              if (place + step >= 0 && place + step < options.size()) {
                near.add(new TensorOption(tensor, options.get(place + step).scheme()));
              }
            }
          }
        });
    return near;
  }

  private static int place(List<SearchSpace.SizedOption> options, Scheme scheme) {
    for (int place = 0; place < options.size(); place++) {
      if (options.get(place).scheme().equals(scheme)) {
        return place;
      }
    }
    throw new IllegalStateException("option " + scheme + " is not in the space.");
  }

  /** Some of the plans around the size; the closest where none lies there. */
  private static List<QuantizationPlan> plans(
      List<QuantizationPlan> line, PlanCatalog catalog, long bytes) {
    int from = first(line, catalog, (long) (FROM * bytes));
    int end = Math.max(from + 1, first(line, catalog, (long) (TO * bytes)));
    List<QuantizationPlan> plans = new ArrayList<>();
    int count = Math.min(MOST_PLANS, end - from);
    for (int i = 0; i < count; i++) {
      int place = from + (int) ((long) (end - from) * i / count);
      plans.add(line.get(Math.min(place, line.size() - 1)));
    }
    return plans;
  }

  /** The place of the first plan of at least that size: sizes ascend but for a few bytes. */
  private static int first(List<QuantizationPlan> line, PlanCatalog catalog, long bytes) {
    int low = 0;
    int high = line.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (catalog.bytes(line.get(middle)) < bytes) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return Math.min(low, line.size() - 1);
  }
}
