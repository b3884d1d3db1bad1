package org.quantsweep.search;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.quantsweep.encode.QuantizationPlan;
import org.quantsweep.quantize.Scheme;
import org.quantsweep.sweep.TensorOption;

/**
 * The options of each weight tensor, with the bytes of each.
 *
 * @param tensors by identity: the options of each, ascending in bytes; at least one
 * @param uniform the plans that give every tensor the same scheme, ascending in bytes; also with
 *     schemes that were dropped as a single tensor's options
 */
public record SearchSpace(
    SortedMap<String, List<SizedOption>> tensors, List<QuantizationPlan> uniform) {
  /** An option whose error is within so much of the hull may still be the better one when run. */
  private static final double NEAR = 1.15;

  /** Every option of every tensor. */
  public SearchSpace(SortedMap<String, List<SizedOption>> tensors) {
    this(tensors, uniform(tensors));
  }

  /** Copies and sorts; checks that no tensor is without options. */
  public SearchSpace {
    uniform = List.copyOf(uniform);
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
  public record SizedOption(Scheme scheme, long bytes, double error) {
    private boolean addsBias() {
      return scheme instanceof Scheme.Compression codes && codes.addsBias();
    }
  }

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
    return new SearchSpace(kept, uniform);
  }

  /**
   * Without options whose added bias does not pay: those above the lower convex hull of their
   * tensor's. A bias takes few bytes and mends a little, so hardly any is beaten by a single other
   * option, and all of them would double what is measured.
   */
  private SearchSpace withoutIdleBiases() {
    if (tensors.values().stream().flatMap(List::stream).noneMatch(SizedOption::addsBias)) {
      return this;
    }
    TreeMap<String, List<SizedOption>> kept = new TreeMap<>();
    tensors.forEach(
        (tensor, options) -> {
          List<SizedOption> hull = hull(options);
          kept.put(
              tensor,
              options.stream().filter(own -> !own.addsBias() || hull.contains(own)).toList());
        });
    return new SearchSpace(kept, uniform);
  }

  /**
   * The space without added biases that do not pay, and with at most so many options where it can
   * be: of tensors' options those stay that lie on the lower convex hull of their bytes and errors,
   * or close above it. Losses grow in proportion to errors, and a knapsack of many tensors hardly
   * ever takes another.
   *
   * @param most options that stay as they are
   */
  SearchSpace narrowed(int most) {
    SearchSpace paying = withoutIdleBiases();
    if (paying.options().size() <= most) {
      return paying;
    }
    TreeMap<String, List<SizedOption>> kept = new TreeMap<>();
    paying.tensors().forEach((tensor, options) -> kept.put(tensor, nearHull(options)));
    return new SearchSpace(kept, uniform);
  }

  /**
   * The lower convex hull of bytes and errors.
   *
   * @param options ascending in bytes, descending in errors
   */
  private static List<SizedOption> hull(List<SizedOption> options) {
    List<SizedOption> hull = new ArrayList<>();
    for (SizedOption option : options) {
      while (hull.size() > 1
          && line(hull.get(hull.size() - 2), option, hull.get(hull.size() - 1).bytes())
              <= hull.get(hull.size() - 1).error()) {
        hull.remove(hull.size() - 1);
      }
      hull.add(option);
    }
    return hull;
  }

  private static List<SizedOption> nearHull(List<SizedOption> options) {
    List<SizedOption> hull = hull(options);
    List<SizedOption> near = new ArrayList<>();
    int segment = 0;
    for (SizedOption option : options) {
      while (segment + 2 < hull.size() && hull.get(segment + 1).bytes() <= option.bytes()) {
        segment++;
      }
      double least =
          hull.size() == 1
              ? option.error()
              : line(hull.get(segment), hull.get(segment + 1), option.bytes());
      if (hull.contains(option) || option.error() <= NEAR * least) {
        near.add(option);
      }
    }
    return near;
  }

  /** The error on the line through two options. */
  private static double line(SizedOption one, SizedOption other, long bytes) {
    double share = (double) (bytes - one.bytes()) / (other.bytes() - one.bytes());
    return one.error() + share * (other.error() - one.error());
  }

  /** The part of the space that holds these options only; each tensor must keep one. */
  SearchSpace only(Set<TensorOption> wanted) {
    TreeMap<String, List<SizedOption>> kept = new TreeMap<>();
    tensors.forEach(
        (tensor, options) ->
            kept.put(
                tensor,
                options.stream()
                    .filter(option -> wanted.contains(new TensorOption(tensor, option.scheme())))
                    .toList()));
    return new SearchSpace(kept, uniform);
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

  /**
   * The plans of one scheme for all. Tensors whose layers get no bias take the form without, those
   * that cannot be fitted the plain form of a calibrated scheme; those with a single option keep
   * it.
   */
  private static List<QuantizationPlan> uniform(SortedMap<String, List<SizedOption>> tensors) {
    TreeMap<String, Scheme> schemes = new TreeMap<>();
    tensors
        .values()
        .forEach(
            options ->
                options.forEach(
                    option -> schemes.put(option.scheme().toString(), option.scheme())));
    Map<QuantizationPlan, Long> plans = new HashMap<>();
    for (Scheme scheme : schemes.values()) {
      TreeMap<String, Scheme> plan = new TreeMap<>();
      long bytes = 0;
      for (Map.Entry<String, List<SizedOption>> entry : tensors.entrySet()) {
        Optional<SizedOption> option = option(entry.getValue(), scheme);
        if (option.isPresent()) {
          plan.put(entry.getKey(), option.get().scheme());
          bytes += option.get().bytes();
        }
      }
      if (plan.size() == tensors.size()) {
        plans.put(new QuantizationPlan(plan), bytes);
      }
    }
    return plans.entrySet().stream()
        .sorted(
            Map.Entry.<QuantizationPlan, Long>comparingByValue()
                .thenComparing(entry -> entry.getKey().digest().hex()))
        .map(Map.Entry::getKey)
        .toList();
  }

  private static Optional<SizedOption> option(List<SizedOption> options, Scheme scheme) {
    if (options.size() == 1) {
      return Optional.of(options.get(0));
    }
    Optional<SizedOption> closest = Optional.empty();
    int distance = Integer.MAX_VALUE;
    for (SizedOption option : options) {
      int place = forms(scheme).indexOf(option.scheme());
      if (place >= 0 && place < distance) {
        closest = Optional.of(option);
        distance = place;
      }
    }
    return closest;
  }

  /** A scheme, then what stands in for it where a tensor has no such option. */
  private static List<Scheme> forms(Scheme scheme) {
    return scheme instanceof Scheme.Compression codes
        ? List.of(codes, codes.addsBias() ? codes.fitted() : codes, codes.plain())
        : List.of(scheme);
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
