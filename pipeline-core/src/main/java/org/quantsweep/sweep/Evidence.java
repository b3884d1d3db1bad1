package org.quantsweep.sweep;

import java.io.Serializable;
import java.util.BitSet;
import org.quantsweep.agreement.AgreementCounts;
import org.quantsweep.sample.SampleIndex;

/**
 * Which samples a candidate was judged on and which of these agreed, by rank. Merging is a union,
 * so evidence that is merged twice, in any order, stays the same.
 */
public final class Evidence implements Serializable {
  private static final long serialVersionUID = 2L;
  private static final Evidence NONE = new Evidence(RankSet.none(), RankSet.none());

  private final RankSet judged;
  private final RankSet agreed;

  private Evidence(RankSet judged, RankSet agreed) {
    this.judged = judged;
    this.agreed = agreed;
  }

  /** Nothing judged yet. */
  public static Evidence none() {
    return NONE;
  }

  /**
   * From two sets of ranks.
   *
   * @throws IllegalArgumentException when a sample agreed that was not judged
   */
  public static Evidence of(BitSet judged, BitSet agreed) {
    return of(RankSet.of(judged), RankSet.of(agreed));
  }

  /**
   * From two sets of ranks.
   *
   * @throws IllegalArgumentException when a sample agreed that was not judged
   */
  public static Evidence of(RankSet judged, RankSet agreed) {
    if (!judged.containsAll(agreed)) {
      throw new IllegalArgumentException(
          "samples "
              + agreed.minus(judged)
              + " agreed but were not judged: the evidence is damaged.");
    }
    return new Evidence(judged, agreed);
  }

  /** The evidence of both. */
  public Evidence plus(Evidence other) {
    return new Evidence(judged.plus(other.judged), agreed.plus(other.agreed));
  }

  /** What is known of ranks in [from, to), counted from {@code from} on. */
  public Evidence part(int from, int to) {
    return new Evidence(judged.shifted(from, to), agreed.shifted(from, to));
  }

  /** The first judged rank that is not below another one; -1 when there is none. */
  public int nextJudged(int from) {
    return judged.next(from);
  }

  /** Whether nothing was judged. */
  public boolean isEmpty() {
    return judged.isEmpty();
  }

  /** Whether the sample at a rank was judged. */
  public boolean isJudged(int rank) {
    return judged.contains(rank);
  }

  /** Whether the sample at a rank was judged and agreed. */
  public boolean isAgreed(int rank) {
    return agreed.contains(rank);
  }

  /** The judged ranks; a copy. */
  public BitSet judged() {
    return judged.toBitSet();
  }

  /** The agreed ranks; a copy. */
  public BitSet agreed() {
    return agreed.toBitSet();
  }

  /** Counts over all that was judged, copies of a sample counted. */
  public AgreementCounts counts(SampleIndex samples) {
    return new AgreementCounts(samples.total(agreed()), samples.total(judged()));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Evidence evidence
        && judged.equals(evidence.judged)
        && agreed.equals(evidence.agreed);
  }

  @Override
  public int hashCode() {
    return 31 * judged.hashCode() + agreed.hashCode();
  }

  @Override
  public String toString() {
    return "Evidence[" + agreed.size() + " of " + judged.size() + "]";
  }

  /** Unites what many tasks found, in time that grows with what each of them found. */
  public static final class Union {
    private final RankSet.Union judged = new RankSet.Union();
    private final RankSet.Union agreed = new RankSet.Union();

    /** Adds to it. */
    public void add(Evidence evidence) {
      judged.add(evidence.judged);
      agreed.add(evidence.agreed);
    }

    /** What another one knows of samples that were not judged here. */
    public Evidence missing(Evidence evidence) {
      RankSet left = this.judged.missing(evidence.judged);
      return new Evidence(left, evidence.agreed.and(left));
    }

    /** All of it so far. */
    public Evidence united() {
      return new Evidence(judged.united(), agreed.united());
    }
  }
}
