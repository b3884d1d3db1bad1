package org.quantsweep.search;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.quantsweep.encode.QuantizationPlan;
import org.quantsweep.sweep.Sensitivity;
import org.quantsweep.sweep.TensorOption;

/**
 * A rule that lines plans up from the smallest to the largest, for a search along that line. All of
 * them see the same options, sensitivities and evaluations, so that they can be compared.
 */
public enum Strategy {
  /** One scheme for all weight tensors, the calibrated ones included. */
  UNIFORM("uniform") {
    @Override
    public List<QuantizationPlan> line(SearchSpace space, Map<TensorOption, Sensitivity> measured) {
      return space.uniform();
    }

    @Override
    boolean needsSensitivities() {
      return false;
    }
  },
  /** The least summed loss within each size: what this project chooses by. */
  KNAPSACK("knapsack") {
    @Override
    public List<QuantizationPlan> line(SearchSpace space, Map<TensorOption, Sensitivity> measured) {
      return knapsack(space, measured, Metric.LOSS);
    }
  },
  /** The least summed squared error within each size. */
  KNAPSACK_ON_ERROR("knapsack-on-error") {
    @Override
    public List<QuantizationPlan> line(SearchSpace space, Map<TensorOption, Sensitivity> measured) {
      return knapsack(space, measured, Metric.SQUARED_ERROR);
    }
  },
  /** The least summed drop in agreement within each size; overfits its samples. */
  KNAPSACK_ON_DROP("knapsack-on-drop") {
    @Override
    public List<QuantizationPlan> line(SearchSpace space, Map<TensorOption, Sensitivity> measured) {
      return knapsack(space, measured, Metric.AGREEMENT_DROP);
    }
  },
  /**
   * For one bound after the other, the smallest option of each tensor whose squared error alone
   * meets it: mixed-bit palettization as in Apple's ml-stable-diffusion recipes.
   */
  GREEDY_BY_PSNR("greedy-by-psnr") {
    @Override
    public List<QuantizationPlan> line(SearchSpace space, Map<TensorOption, Sensitivity> measured) {
      return greedy(space, measured, Metric.SQUARED_ERROR);
    }
  },
  /**
   * For one bound after the other, the smallest option of each tensor whose drop in agreement alone
   * meets it: the order of AIMET's automatic mixed precision.
   */
  GREEDY_BY_AGREEMENT("greedy-by-agreement") {
    @Override
    public List<QuantizationPlan> line(SearchSpace space, Map<TensorOption, Sensitivity> measured) {
      return greedy(space, measured, Metric.AGREEMENT_DROP);
    }
  };

  private final String text;

  Strategy(String text) {
    this.text = text;
  }

  /** Plans from the smallest to the largest; those that differ in nothing may occur once only. */
  public abstract List<QuantizationPlan> line(
      SearchSpace space, Map<TensorOption, Sensitivity> measured);

  /** Whether its line depends on what options do alone. */
  boolean needsSensitivities() {
    return true;
  }

  @Override
  public String toString() {
    return text;
  }

  private static List<QuantizationPlan> knapsack(
      SearchSpace space, Map<TensorOption, Sensitivity> measured, Metric metric) {
    List<List<Knapsack.Item>> classes = new ArrayList<>();
    space
        .tensors()
        .forEach(
            (tensor, options) -> {
              List<Knapsack.Item> items = new ArrayList<>();
              for (SearchSpace.SizedOption option : options) {
                items.add(new Knapsack.Item(option.bytes(), of(metric, measured, tensor, option)));
              }
              classes.add(items);
            });
    List<QuantizationPlan> line = new ArrayList<>();
    for (Knapsack.Choice choice : Knapsack.frontier(classes, Knapsack.BUCKETS)) {
      line.add(space.plan(choice.places()));
    }
    return line;
  }

  private static List<QuantizationPlan> greedy(
      SearchSpace space, Map<TensorOption, Sensitivity> measured, Metric metric) {
    TreeSet<Double> bounds = new TreeSet<>();
    space
        .tensors()
        .forEach(
            (tensor, options) ->
                options.forEach(option -> bounds.add(of(metric, measured, tensor, option))));
    List<QuantizationPlan> line = new ArrayList<>();
    for (double bound : bounds.descendingSet()) {
      List<Integer> places = new ArrayList<>();
      space
          .tensors()
          .forEach(
              (tensor, options) -> places.add(smallest(metric, measured, tensor, options, bound)));
      QuantizationPlan plan = space.plan(places);
      if (line.isEmpty() || !line.get(line.size() - 1).equals(plan)) {
        line.add(plan);
      }
    }
    return line;
  }

  /** The smallest option that meets the bound; the closest one where none does. */
  private static int smallest(
      Metric metric,
      Map<TensorOption, Sensitivity> measured,
      String tensor,
      Collection<SearchSpace.SizedOption> options,
      double bound) {
    int place = 0;
    int closest = 0;
    double least = Double.POSITIVE_INFINITY;
    for (SearchSpace.SizedOption option : options) {
      double value = of(metric, measured, tensor, option);
      if (value <= bound) {
        return place;
      }
      if (value < least) {
        least = value;
        closest = place;
      }
      place++;
    }
    return closest;
  }

  private static double of(
      Metric metric,
      Map<TensorOption, Sensitivity> measured,
      String tensor,
      SearchSpace.SizedOption option) {
    TensorOption key = new TensorOption(tensor, option.scheme());
    Sensitivity sensitivity = measured.get(key);
    if (sensitivity == null) {
      throw new IllegalStateException(
          "option " + option.scheme() + " of '" + tensor + "' was not measured.");
    }
    return metric.of(sensitivity);
  }
}
