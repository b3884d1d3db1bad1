package org.quantsweep.search;

import java.util.ArrayList;
import java.util.Arrays;
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
  /** One of the search's own options for all weight tensors, the calibrated ones included. */
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
  /**
   * One configuration for all weight tensors, in the order of coremltools' guide ({@link
   * GlobalConfigs}): no line of plans, only something to compare with.
   */
  GLOBAL_CONFIG("global-config") {
    @Override
    public List<QuantizationPlan> line(SearchSpace space, Map<TensorOption, Sensitivity> measured) {
      throw new IllegalStateException(this + " lines no plans up.");
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

  /**
   * Plans from the smallest to the largest; those that differ in nothing may occur once only. Each
   * is made when it is asked for: a line of a large model would not fit into memory.
   */
  public abstract List<QuantizationPlan> line(
      SearchSpace space, Map<TensorOption, Sensitivity> measured);

  /** Those that line plans up, which a search can go along. */
  public static List<Strategy> lining() {
    return Arrays.stream(values()).filter(own -> own != GLOBAL_CONFIG).toList();
  }

  /** Whether its line depends on what options do alone. */
  boolean needsSensitivities() {
    return true;
  }

  /**
   * Whether the losses of its line may be foretold: as those of smooth objectives may. Peers' rules
   * see all that they would see.
   */
  public boolean foretells() {
    return this == KNAPSACK || this == KNAPSACK_ON_ERROR;
  }

  /**
   * How its line is searched: peers' rules end with a bisection, as they do there; knapsacks on
   * smooth objectives go on with a scan and with neighbours.
   *
   * @param own the settings of this project's search
   */
  public PlanSearchSettings searched(PlanSearchSettings own) {
    return this == KNAPSACK || this == KNAPSACK_ON_ERROR ? own : PlanSearchSettings.BISECTION;
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
    List<Knapsack.Choice> frontier = Knapsack.frontier(classes, Knapsack.BUCKETS);
    return new PlanLine(space, frontier.size(), place -> frontier.get(place).places());
  }

  private static List<QuantizationPlan> greedy(
      SearchSpace space, Map<TensorOption, Sensitivity> measured, Metric metric) {
    List<double[]> values = new ArrayList<>();
    TreeSet<Double> bounds = new TreeSet<>();
    space
        .tensors()
        .forEach(
            (tensor, options) -> {
              double[] own =
                  options.stream()
                      .mapToDouble(option -> of(metric, measured, tensor, option))
                      .toArray();
              values.add(own);
              Arrays.stream(own).forEach(bounds::add);
            });
    List<short[]> line = new ArrayList<>();
    short[] places = new short[values.size()];
    for (double bound : bounds.descendingSet()) {
      boolean changed = line.isEmpty();
      for (int tensor = 0; tensor < places.length; tensor++) {
        short place = smallest(values.get(tensor), bound);
        changed |= place != places[tensor];
        places[tensor] = place;
      }
      if (changed) {
        line.add(places.clone());
      }
    }
    return new PlanLine(
        space,
        line.size(),
        place -> {
          List<Integer> own = new ArrayList<>();
          for (short option : line.get(place)) {
            own.add((int) option);
          }
          return own;
        });
  }

  /** The smallest option that meets the bound; the closest one where none does. */
  private static short smallest(double[] values, double bound) {
    int closest = 0;
    for (int place = 0; place < values.length; place++) {
      if (values[place] <= bound) {
        return (short) place;
      }
      closest = values[place] < values[closest] ? place : closest;
    }
    return (short) closest;
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
