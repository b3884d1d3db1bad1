package org.quantsweep.jobs.spark;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToLongFunction;
import org.quantsweep.quantize.Scheme;
import org.quantsweep.sweep.TensorOption;

/**
 * Options cut into tasks that fit them. A weight tensor's options stay together where that keeps
 * all slots busy, because each task makes a metric of the moments. What takes longest comes first,
 * so that no slot waits at the end for one that began late. No number depends on the cut.
 */
final class FittingParts {
  private static final char PART = '\0';

  /** A part is at most so much of what a slot has to do on average, while it can be cut. */
  private static final int PARTS_OF_A_SLOT = 4;

  private final List<String> tensors;
  private final LinkedHashMap<String, List<TensorOption>> options = new LinkedHashMap<>();
  private final Map<String, List<String>> names = new HashMap<>();

  /**
   * Cuts options.
   *
   * @param byTensor options by the identity of their weight tensor
   * @param slots how many tasks run at once, at least 1
   * @param work how long options of one weight tensor take, in any unit
   */
  FittingParts(
      Map<String, List<TensorOption>> byTensor,
      int slots,
      ToLongFunction<Collection<TensorOption>> work) {
    Map<String, Long> whole = new HashMap<>();
    byTensor.forEach((tensor, own) -> whole.put(tensor, work.applyAsLong(own)));
    tensors = longestFirst(whole);
    long all = whole.values().stream().mapToLong(own -> own).sum();
    double most = Math.max(1, all / ((double) PARTS_OF_A_SLOT * slots));
    int least = Math.max(1, slots / Math.max(1, byTensor.size()));
    Map<String, List<TensorOption>> cut = new TreeMap<>();
    Map<String, Long> works = new HashMap<>();
    byTensor.forEach(
        (tensor, own) -> {
          int wanted = Math.max(least, (int) Math.ceil(whole.get(tensor) / most));
          List<String> parts = new ArrayList<>();
          for (List<TensorOption> part : dealt(own, wanted)) {
            String name = tensor + PART + parts.size();
            parts.add(name);
            cut.put(name, part);
            works.put(name, work.applyAsLong(part));
          }
          names.put(tensor, parts);
        });
    longestFirst(works).forEach(name -> options.put(name, cut.get(name)));
  }

  /** Weight tensors, the one that takes longest first. */
  List<String> tensors() {
    return tensors;
  }

  /** The parts of a weight tensor, by name. */
  Map<String, List<String>> names() {
    return names;
  }

  /** The options of each part by its name, the part that takes longest first. */
  Map<String, List<TensorOption>> options() {
    return options;
  }

  /** Whether each weight tensor is one part. */
  boolean areWhole() {
    return options.size() == tensors.size();
  }

  private static List<String> longestFirst(Map<String, Long> work) {
    return work.keySet().stream()
        .sorted(Comparator.<String>comparingLong(work::get).reversed().thenComparing(own -> own))
        .toList();
  }

  /** Dealt out: wider options take longer, and stand side by side. */
  private static List<List<TensorOption>> dealt(List<TensorOption> options, int wanted) {
    // Forms that differ in a bias alone share a fit, and so a task.
    Map<Scheme, Integer> places = new HashMap<>();
    options.forEach(option -> places.putIfAbsent(fitted(option.scheme()), places.size()));
    int count = Math.min(wanted, places.size());
    List<List<TensorOption>> parts = new ArrayList<>();
    for (int part = 0; part < count; part++) {
      parts.add(new ArrayList<>());
    }
    options.forEach(option -> parts.get(places.get(fitted(option.scheme())) % count).add(option));
    return parts;
  }

  /** What is fitted without a bias for a scheme that adds one; any other scheme itself. */
  private static Scheme fitted(Scheme scheme) {
    return scheme instanceof Scheme.Compression codes && codes.addsBias() ? codes.fitted() : scheme;
  }
}
