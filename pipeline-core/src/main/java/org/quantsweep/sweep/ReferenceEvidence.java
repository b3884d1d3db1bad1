package org.quantsweep.sweep;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.quantsweep.agreement.TopLabels;
import org.quantsweep.sample.Quarantine;
import org.quantsweep.sample.SampleIndex;

/**
 * What the reference pass found: how hard each sample is, which classes the reference answers where
 * a criterion asks for no more, and on which samples it fails. A sample is answered or failed.
 * Where two runs differ, the answer counts: what is answered once can be answered.
 *
 * <p>A sample takes 8 bytes, and 4 for each class.
 */
public final class ReferenceEvidence implements Serializable {
  private static final long serialVersionUID = 2L;

  private final RankSet answered;

  /** The rank that the first difficulty is of. */
  private final int first;

  private final double[] difficulties;
  private final TreeMap<Integer, String> failures;
  private final ReferenceLabels labels;

  private ReferenceEvidence(
      RankSet answered,
      int first,
      double[] difficulties,
      SortedMap<Integer, String> failures,
      ReferenceLabels labels) {
    this.answered = answered;
    this.first = first;
    this.difficulties = difficulties;
    this.failures = new TreeMap<>(failures);
    this.labels = labels;
  }

  /** Nothing found yet. */
  public static ReferenceEvidence none() {
    return new ReferenceEvidence(
        RankSet.none(), 0, new double[0], new TreeMap<>(), ReferenceLabels.NONE);
  }

  /**
   * Without classes.
   *
   * @param difficulties by rank, of the samples that the reference answers
   * @param failures by rank, with the reason, in one line
   */
  public static ReferenceEvidence of(
      SortedMap<Integer, Double> difficulties, SortedMap<Integer, String> failures) {
    Union all = new Union();
    difficulties.forEach(all::answer);
    failures.forEach(all::failure);
    return all.united();
  }

  /** What both found. */
  public ReferenceEvidence plus(ReferenceEvidence other) {
    Union both = new Union();
    both.add(this);
    both.add(other);
    return both.united();
  }

  /** What is known of ranks in [from, to), counted from {@code from} on. */
  public ReferenceEvidence part(int from, int to) {
    Union part = new Union();
    for (int rank = from; rank < to; rank++) {
      if (answered.contains(rank)) {
        part.answer(rank - from, difficulty(rank));
        part.label(rank - from, labels(rank));
      }
    }
    failures.subMap(from, to).forEach((rank, reason) -> part.failure(rank - from, reason));
    return part.united();
  }

  /** The ranks of samples that the reference answers; a copy. */
  public BitSet answered() {
    return answered.toBitSet();
  }

  /** Whether nothing is known. */
  public boolean isEmpty() {
    return answered.isEmpty() && failures.isEmpty();
  }

  /** Whether the reference answers the sample at a rank. */
  public boolean isAnswered(int rank) {
    return answered.contains(rank);
  }

  /** How far the reference's answer is from flipping, of a sample that it answers. */
  public double difficulty(int rank) {
    return difficulties[rank - first];
  }

  /** The reference's top classes, where they are known and all that a criterion asks for. */
  public Optional<TopLabels> labels(int rank) {
    return answered.contains(rank) ? labels.of(rank) : Optional.empty();
  }

  /** Whether the top classes of every answer are known. */
  public boolean isLabelled() {
    return labels.cover(answered);
  }

  /** By rank, why the reference has no answer, in one line. */
  public NavigableMap<Integer, String> failures() {
    return Collections.unmodifiableNavigableMap(failures);
  }

  /** How many samples the reference answers, copies counted: the denominator n. */
  public long answered(SampleIndex samples) {
    return samples.total(answered());
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
    long copies = failures.keySet().stream().mapToLong(rank -> samples.count(rank)).sum();
    return new Quarantine(samples.total(), copies, reasons);
  }

  /**
   * Whether the reference need not run on ranks in [from, to): each is known to fail, or to be
   * answered with these top classes.
   */
  public boolean suffices(int from, int to) {
    for (int rank = from; rank < to; rank++) {
      if (labels(rank).isEmpty() && !failures.containsKey(rank)) {
        return false;
      }
    }
    return true;
  }

  /** The first rank from one on of which it speaks, or -1. */
  public int next(int from) {
    int answer = answered.next(from);
    Integer failure = failures.ceilingKey(from);
    if (failure == null) {
      return answer;
    }
    return answer < 0 ? failure : Math.min(answer, failure);
  }

  /** Why the reference has no answer at a rank, where it is known to have none. */
  Optional<String> failure(int rank) {
    return Optional.ofNullable(failures.get(rank));
  }

  /** Whether it speaks of every sample of the set. */
  public boolean covers(SampleIndex samples) {
    for (int rank = 0; rank < samples.size(); rank++) {
      if (!answered.contains(rank) && !failures.containsKey(rank)) {
        return false;
      }
    }
    return true;
  }

  /**
   * The one order in which samples are judged: ascending difficulty, then rank (which is the order
   * of digests). Beyond 2^24 samples only the hardest stand in that order, before all others.
   * Samples on which the reference fails are left out.
   */
  public List<Integer> order() {
    return MarginOrder.of(answered, difficulties, first);
  }

  @Override
  public boolean equals(Object other) {
    if (!(other instanceof ReferenceEvidence evidence)
        || !answered.equals(evidence.answered)
        || !failures.equals(evidence.failures)) {
      return false;
    }
    BitSet ranks = answered();
    for (int rank = ranks.nextSetBit(0); rank >= 0; rank = ranks.nextSetBit(rank + 1)) {
      if (Double.compare(difficulty(rank), evidence.difficulty(rank)) != 0
          || !labels(rank).equals(evidence.labels(rank))) {
        return false;
      }
    }
    return true;
  }

  @Override
  public int hashCode() {
    return 31 * answered.hashCode() + failures.hashCode();
  }

  @Override
  public String toString() {
    return "ReferenceEvidence[" + answered.size() + " answered, " + failures.size() + " failed]";
  }

  /** Unites what many tasks found, in time that grows with what each of them found. */
  public static final class Union {
    private final RankSet.Union answered = new RankSet.Union();
    private final TreeMap<Integer, String> failures = new TreeMap<>();
    private final ReferenceLabels.Union labels = new ReferenceLabels.Union();
    private int first;
    private int end;
    private boolean placed;
    private double[] difficulties = new double[0];

    /** Of samples anywhere in their set. */
    public Union() {}

    /** Of most samples of a set of this size: the room that they take is made once. */
    public Union(int size) {
      difficulties = new double[size];
      placed = true;
    }

    /** Adds what a task found. */
    public void add(ReferenceEvidence evidence) {
      evidence.answered.forEach(rank -> put(rank, evidence.difficulty(rank)));
      answered.add(evidence.answered);
      failures.putAll(evidence.failures);
      labels.add(evidence.labels, evidence.answered);
    }

    /** Adds what is known of a part of the set that begins at a rank. */
    public void add(ReferenceEvidence evidence, int from) {
      evidence.answered.forEach(
          rank -> {
            answer(rank + from, evidence.difficulty(rank));
            label(rank + from, evidence.labels(rank));
          });
      evidence.failures.forEach((rank, reason) -> failure(rank + from, reason));
    }

    /** Adds an answer. */
    public void answer(int rank, double difficulty) {
      answered.add(rank);
      put(rank, difficulty);
    }

    /** Adds the top classes of an answer, where they are known. */
    public void label(int rank, Optional<TopLabels> known) {
      known.ifPresent(own -> labels.put(rank, own));
    }

    /** Adds a failure. */
    public void failure(int rank, String reason) {
      failures.put(rank, reason);
    }

    /** All of it so far. */
    public ReferenceEvidence united() {
      RankSet ranks = answered.united();
      TreeMap<Integer, String> unanswered = new TreeMap<>(failures);
      unanswered.keySet().removeIf(ranks::contains);
      double[] exact =
          difficulties.length == end - first
              ? difficulties
              : Arrays.copyOf(difficulties, end - first);
      return new ReferenceEvidence(ranks, first, exact, unanswered, labels.united());
    }

    private void put(int rank, double difficulty) {
      if (!placed) {
        first = rank;
        end = rank;
        placed = true;
      }
      if (rank < first) {
        int lower = Math.max(0, rank - (end - first));
        double[] moved = new double[end - lower];
        System.arraycopy(difficulties, 0, moved, first - lower, end - first);
        difficulties = moved;
        first = lower;
      }
      if (rank - first >= difficulties.length) {
        difficulties =
            Arrays.copyOf(
                difficulties, Math.max(rank - first + 1, difficulties.length * 3 / 2 + 8));
      }
      end = Math.max(end, rank + 1);
      difficulties[rank - first] = difficulty;
    }
  }
}
