package org.quantsweep.sweep;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.quantsweep.sample.Quarantine;
import org.quantsweep.sample.SampleIndex;

/**
 * What the reference pass found: how hard each sample is, and on which the reference fails. A
 * sample is one or the other. Where two runs differ, the answer counts: what is answered once can
 * be answered.
 *
 * @param difficulties by rank, of the samples that the reference answers
 * @param failures by rank, with the reason, in one line
 */
public record ReferenceEvidence(
    NavigableMap<Integer, Double> difficulties, NavigableMap<Integer, String> failures)
    implements Serializable {
  /** Copies the maps. */
  public ReferenceEvidence {
    difficulties = Collections.unmodifiableNavigableMap(new TreeMap<>(difficulties));
    TreeMap<Integer, String> unanswered = new TreeMap<>(failures);
    unanswered.keySet().removeAll(difficulties.keySet());
    failures = Collections.unmodifiableNavigableMap(unanswered);
  }

  /** Nothing found yet. */
  public static ReferenceEvidence none() {
    return new ReferenceEvidence(new TreeMap<>(), new TreeMap<>());
  }

  /** What both found. */
  public ReferenceEvidence plus(ReferenceEvidence other) {
    TreeMap<Integer, Double> allDifficulties = new TreeMap<>(difficulties);
    allDifficulties.putAll(other.difficulties);
    TreeMap<Integer, String> allFailures = new TreeMap<>(failures);
    allFailures.putAll(other.failures);
    return new ReferenceEvidence(allDifficulties, allFailures);
  }

  /** How many samples the reference answers, copies counted: the denominator n. */
  public long answered(SampleIndex samples) {
    return copies(samples, difficulties.keySet());
  }

  /** What of the samples the reference does not answer. */
  public Quarantine quarantine(SampleIndex samples) {
    List<String> reasons = new ArrayList<>();
    failures.forEach(
        (rank, reason) ->
            reasons.add(
                samples.count(rank) == 1
                    ? reason
                    : reason + " (" + samples.count(rank) + " copies)"));
    return new Quarantine(samples.total(), copies(samples, failures.keySet()), reasons);
  }

  private static long copies(SampleIndex samples, Collection<Integer> ranks) {
    return ranks.stream().mapToLong(rank -> samples.count(rank)).sum();
  }

  /** Whether it speaks of every sample of the set. */
  public boolean covers(SampleIndex samples) {
    for (int rank = 0; rank < samples.size(); rank++) {
      if (!difficulties.containsKey(rank) && !failures.containsKey(rank)) {
        return false;
      }
    }
    return true;
  }

  /**
   * The one order in which samples are judged: ascending difficulty, then rank (which is the order
   * of digests). Samples on which the reference fails are left out.
   */
  public List<Integer> order() {
    List<Integer> ranks = new ArrayList<>(difficulties.keySet());
    ranks.sort(Comparator.<Integer>comparingDouble(difficulties::get).thenComparing(rank -> rank));
    return ranks;
  }
}
