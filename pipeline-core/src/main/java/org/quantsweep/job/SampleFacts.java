package org.quantsweep.job;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.quantsweep.agreement.TopLabels;
import org.quantsweep.coreml.OutputDescription;
import org.quantsweep.report.bundle.Bits;
import org.quantsweep.report.bundle.SampleEvidence;
import org.quantsweep.sample.SampleIndex;
import org.quantsweep.sweep.ReferenceEvidence;

/** What a report says of the samples of a part, by rank. */
final class SampleFacts {
  /** Of more ranks no numbers are kept: a page of them would not open. */
  static final int MOST_NUMBERED = 1 << 20;

  private SampleFacts() {}

  /**
   * Of a part.
   *
   * @param outputs of the model, which name its classes
   * @param described paths and labels by rank, of the first ones
   */
  static SampleEvidence of(
      SampleIndex index,
      ReferenceEvidence answers,
      List<OutputDescription> outputs,
      List<SampleSets.Described> described) {
    int count = index.size();
    boolean numbered = count <= MOST_NUMBERED;
    BitSet answered = answers.answered();
    boolean repeated = index.total() > count;
    Map<Integer, Integer> places = numbered ? classes(answers, answered) : Map.of();
    List<String> names = new ArrayList<>();
    if (!places.isEmpty()) {
      int first = answered.nextSetBit(0);
      String output = answers.labels(first).orElseThrow().form().outputs().get(0);
      List<String> labels = labels(output, outputs);
      for (int label : places.keySet()) {
        names.add(label < labels.size() ? labels.get(label) : Integer.toString(label));
      }
    }
    return new SampleEvidence(
        count,
        answers.answered(index),
        Bits.of(answered),
        numbered && repeated ? PackedNumbers.integers(count, index::count) : null,
        numbered && knowsMargins(answers)
            ? PackedNumbers.floats(
                count, rank -> answered.get(rank) ? answers.difficulty(rank) : Double.NaN)
            : null,
        names,
        names.isEmpty()
            ? null
            : PackedNumbers.integers(
                count, rank -> label(answers, rank).map(places::get).orElse(-1)),
        described.stream().map(SampleSets.Described::path).toList(),
        described.stream().map(SampleSets.Described::label).toList());
  }

  /** The classes that the reference answers, ascending, each with its place among them. */
  private static Map<Integer, Integer> classes(ReferenceEvidence answers, BitSet answered) {
    TreeMap<Integer, Integer> places = new TreeMap<>();
    for (int rank = answered.nextSetBit(0); rank >= 0; rank = answered.nextSetBit(rank + 1)) {
      Optional<Integer> label = label(answers, rank);
      if (label.isEmpty()) {
        return Map.of();
      }
      places.put(label.get(), 0);
    }
    int place = 0;
    for (Map.Entry<Integer, Integer> entry : places.entrySet()) {
      entry.setValue(place++);
    }
    return places;
  }

  /** Of several compared outputs the first one's. */
  private static Optional<Integer> label(ReferenceEvidence answers, int rank) {
    return answers.labels(rank).map(TopLabels::classes).map(classes -> classes[0]);
  }

  private static List<String> labels(String output, List<OutputDescription> outputs) {
    for (OutputDescription own : outputs) {
      if (own instanceof OutputDescription.Probabilities probabilities
          && own.name().equals(output)) {
        return probabilities.labels();
      }
    }
    return List.of();
  }

  /** A criterion that knows none says 0 of every answer. */
  static boolean knowsMargins(ReferenceEvidence answers) {
    return answers.answered().stream().anyMatch(rank -> answers.difficulty(rank) != 0);
  }
}
