package org.quantsweep.inference;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Which features of one side stand for which of the other: those that a user named, then those of
 * one name, then those that are alone of their kind among what is left on both sides.
 *
 * @param first each feature's kind, by name, in the model's order
 * @param second the same of the other model
 * @param pairs the name in the second model, by that in the first
 */
record FeaturePairs(
    Map<String, FeatureKind> first, Map<String, FeatureKind> second, Map<String, String> pairs) {
  FeaturePairs {
    first = Collections.unmodifiableMap(new LinkedHashMap<>(first));
    second = Collections.unmodifiableMap(new LinkedHashMap<>(second));
    pairs = Collections.unmodifiableMap(new LinkedHashMap<>(pairs));
  }

  /**
   * Finds the pairs.
   *
   * @param said pairs that a user named; what is no feature of both sides is passed over
   */
  static FeaturePairs of(
      Map<String, FeatureKind> first, Map<String, FeatureKind> second, Map<String, String> said) {
    Map<String, String> pairs = new LinkedHashMap<>();
    said.forEach(
        (one, other) -> {
          if (first.containsKey(one) && second.containsKey(other)) {
            pairs.put(one, other);
          }
        });
    for (String name : first.keySet()) {
      if (second.containsKey(name) && !pairs.containsKey(name) && !pairs.containsValue(name)) {
        pairs.put(name, name);
      }
    }
    for (FeatureKind kind : FeatureKind.values()) {
      List<String> left = left(first, pairs.keySet(), kind);
      List<String> right = left(second, pairs.values(), kind);
      if (left.size() == 1 && right.size() == 1) {
        pairs.put(left.get(0), right.get(0));
      }
    }
    return new FeaturePairs(first, second, pairs);
  }

  private static List<String> left(
      Map<String, FeatureKind> features, Collection<String> paired, FeatureKind kind) {
    List<String> left = new ArrayList<>();
    features.forEach(
        (name, own) -> {
          if (own == kind && !paired.contains(name)) {
            left.add(name);
          }
        });
    return left;
  }

  /** Those of some features of the first that have no counterpart. */
  Set<String> missing(Collection<String> wanted) {
    Set<String> missing = new TreeSet<>(wanted);
    missing.removeAll(pairs.keySet());
    return missing;
  }

  /**
   * A feature of the second that may stand for one of the first: one that is free, of its kind if
   * there is one. A label stands for nothing but a label.
   */
  Optional<String> proposal(String name) {
    FeatureKind wanted = first.get(name);
    String found = null;
    for (Map.Entry<String, FeatureKind> other : second.entrySet()) {
      if (pairs.containsValue(other.getKey())) {
        continue;
      }
      if (other.getValue() == wanted) {
        return Optional.of(other.getKey());
      }
      boolean hasNumbers = other.getValue() != FeatureKind.LABEL && wanted != FeatureKind.LABEL;
      found = found == null && hasNumbers ? other.getKey() : found;
    }
    return Optional.ofNullable(found);
  }
}
