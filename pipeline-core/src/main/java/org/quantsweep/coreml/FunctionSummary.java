package org.quantsweep.coreml;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a function of a model says about itself, for people to read: what formats without functions
 * do not have.
 *
 * @param name of the function
 * @param needs what it takes to run it
 * @param types the declared type of each input, state and output, by name: {@code float16 [1, ?]}
 * @param defaults the value that stands for each optional array that is not given
 * @param states what outlives a call, in the function's order
 * @param operations in order, each before those inside it; constants are none of them
 */
public record FunctionSummary(
    String name,
    Needs needs,
    SortedMap<String, String> types,
    SortedMap<String, Float> defaults,
    List<String> states,
    List<Step> operations) {
  /** Copies the collections. */
  public FunctionSummary {
    types = Collections.unmodifiableSortedMap(new TreeMap<>(types));
    defaults = Collections.unmodifiableSortedMap(new TreeMap<>(defaults));
    states = List.copyOf(states);
    operations = List.copyOf(operations);
  }

  /**
   * What it takes to run a function.
   *
   * @param opset the set of operations that it is written in, as the file names it
   * @param system the least systems that know this set, for example {@code iOS 16, macOS 13}
   */
  public record Needs(String opset, String system) {}

  /**
   * One operation.
   *
   * @param type for example {@code conv}
   * @param outputs its values in order
   */
  public record Step(String name, String type, List<Value> outputs) {
    /** Copies the list. */
    public Step {
      outputs = List.copyOf(outputs);
    }
  }

  /**
   * A value of a function.
   *
   * @param type as the file declares it: {@code float16 [1, ?]}
   */
  public record Value(String name, String type) {}

  /** Whether it computes values in half precision. */
  public boolean declaresHalfPrecision() {
    return operations.stream()
        .flatMap(operation -> operation.outputs().stream())
        .anyMatch(value -> value.type().startsWith("float16 "));
  }

  /** How many operations of each type there are, the most frequent first, then by name. */
  public List<Map.Entry<String, Integer>> counts() {
    SortedMap<String, Integer> counts = new TreeMap<>();
    operations.forEach(operation -> counts.merge(operation.type(), 1, Integer::sum));
    List<Map.Entry<String, Integer>> sorted = new ArrayList<>(counts.entrySet());
    // The sort is stable, so that equal counts stay in the order of their names.
    sorted.sort(Map.Entry.<String, Integer>comparingByValue().reversed());
    return sorted;
  }
}
