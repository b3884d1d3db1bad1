package org.quantsweep.search;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.quantsweep.encode.QuantizationPlan;
import org.quantsweep.quantize.Scheme;
import org.quantsweep.sweep.TensorOption;

/**
 * The options of each weight tensor, with the bytes of each.
 *
 * @param tensors by identity: the options of each, ascending in bytes; at least one
 */
public record SearchSpace(SortedMap<String, List<SizedOption>> tensors) {
  /** Copies and sorts; checks that no tensor is without options. */
  public SearchSpace {
    TreeMap<String, List<SizedOption>> sorted = new TreeMap<>();
    tensors.forEach(
        (tensor, options) -> {
          if (options.isEmpty()) {
            throw new IllegalArgumentException(
                "weight tensor '" + tensor + "' has no option to choose from.");
          }
          List<SizedOption> ascending = new ArrayList<>(options);
          ascending.sort(
              Comparator.comparingLong(SizedOption::bytes)
                  .thenComparing(option -> option.scheme().toString()));
          sorted.put(tensor, List.copyOf(ascending));
        });
    tensors = Collections.unmodifiableSortedMap(sorted);
  }

  /**
   * An option of a weight tensor.
   *
   * @param bytes how much larger the file is than with the tensor's codes left out; only
   *     differences count
   * @param error the tensor's own error under this option, on any scale that its options share
   */
  public record SizedOption(Scheme scheme, long bytes, double error) {}

  /**
   * Without options that another one of the same tensor beats in bytes and in its own error (equal
   * in both: the first by name stays). An option that is dropped here is never measured.
   */
  public SearchSpace withoutDominated() {
    TreeMap<String, List<SizedOption>> kept = new TreeMap<>();
    tensors.forEach(
        (tensor, options) -> {
          List<SizedOption> best = new ArrayList<>();
          double least = Double.POSITIVE_INFINITY;
          for (SizedOption option : options) {
            if (option.error() < least) {
              // The options of the same bytes stand side by side: the closest of them stays.
              if (!best.isEmpty() && best.get(best.size() - 1).bytes() == option.bytes()) {
                best.remove(best.size() - 1);
              }
              best.add(option);
              least = option.error();
            }
          }
          kept.put(tensor, best);
        });
    return new SearchSpace(kept);
  }

  /** Every option of every tensor, in order. */
  public List<TensorOption> options() {
    List<TensorOption> all = new ArrayList<>();
    tensors.forEach(
        (tensor, options) ->
            options.forEach(option -> all.add(new TensorOption(tensor, option.scheme()))));
    return all;
  }

  /** How many plans there are, as a decimal logarithm: the numbers themselves are astronomic. */
  public double logPlans() {
    double sum = 0;
    for (List<SizedOption> options : tensors.values()) {
      sum += Math.log10(options.size());
    }
    return sum;
  }

  /** The plan that takes the option of that place for each tensor, in the order of tensors. */
  QuantizationPlan plan(List<Integer> places) {
    TreeMap<String, Scheme> schemes = new TreeMap<>();
    int tensor = 0;
    for (Map.Entry<String, List<SizedOption>> entry : tensors.entrySet()) {
      schemes.put(entry.getKey(), entry.getValue().get(places.get(tensor++)).scheme());
    }
    return new QuantizationPlan(schemes);
  }

  /** The options as lists, in the order of tensors. */
  Collection<List<SizedOption>> choices() {
    return tensors.values();
  }
}
