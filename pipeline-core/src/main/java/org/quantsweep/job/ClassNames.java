package org.quantsweep.job;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.quantsweep.coreml.OutputDescription;
import org.quantsweep.report.ClassTable;
import org.quantsweep.search.SampleClass;

/**
 * What classes are called.
 *
 * @param labels by output, of those that have labels
 */
record ClassNames(Map<String, List<String>> labels) {
  /** Copies the map. */
  ClassNames {
    labels = Map.copyOf(labels);
  }

  /** The labels of a model's outputs. */
  static ClassNames of(List<OutputDescription> outputs) {
    Map<String, List<String>> labels = new HashMap<>();
    for (OutputDescription output : outputs) {
      if (output instanceof OutputDescription.Probabilities probabilities) {
        labels.put(output.name(), probabilities.labels());
      }
    }
    return new ClassNames(labels);
  }

  /** Its label; its place in the array where there is none. */
  String of(SampleClass own) {
    List<String> known = labels.getOrDefault(own.output(), List.of());
    return ClassTable.shortened(
        own.place() < known.size() ? known.get(own.place()) : Integer.toString(own.place()));
  }
}
