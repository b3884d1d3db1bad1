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
  private static final long serialVersionUID = 1L;

  private final BitSet judged;
  private final BitSet agreed;

  private Evidence(BitSet judged, BitSet agreed) {
    this.judged = judged;
    this.agreed = agreed;
  }

  /** Nothing judged yet. */
  public static Evidence none() {
    return new Evidence(new BitSet(), new BitSet());
  }

  /**
   * From two sets of ranks.
   *
   * @throws IllegalArgumentException when a sample agreed that was not judged
   */
  public static Evidence of(BitSet judged, BitSet agreed) {
    BitSet stray = (BitSet) agreed.clone();
    stray.andNot(judged);
    if (!stray.isEmpty()) {
      throw new IllegalArgumentException(
          "samples " + stray + " agreed but were not judged: the evidence is damaged.");
    }
    return new Evidence((BitSet) judged.clone(), (BitSet) agreed.clone());
  }

  /** The evidence of both. */
  public Evidence plus(Evidence other) {
    BitSet allJudged = (BitSet) judged.clone();
    allJudged.or(other.judged);
    BitSet allAgreed = (BitSet) agreed.clone();
    allAgreed.or(other.agreed);
    return new Evidence(allJudged, allAgreed);
  }

  /** Whether the sample at a rank was judged. */
  public boolean isJudged(int rank) {
    return judged.get(rank);
  }

  /** Whether the sample at a rank was judged and agreed. */
  public boolean isAgreed(int rank) {
    return agreed.get(rank);
  }

  /** The judged ranks; a copy. */
  public BitSet judged() {
    return (BitSet) judged.clone();
  }

  /** The agreed ranks; a copy. */
  public BitSet agreed() {
    return (BitSet) agreed.clone();
  }

  /** Counts over all that was judged, copies of a sample counted. */
  public AgreementCounts counts(SampleIndex samples) {
    return new AgreementCounts(weight(agreed, samples), weight(judged, samples));
  }

  private static long weight(BitSet ranks, SampleIndex samples) {
    long sum = 0;
    for (int rank = ranks.nextSetBit(0); rank >= 0; rank = ranks.nextSetBit(rank + 1)) {
      sum += samples.count(rank);
    }
    return sum;
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
    return "Evidence[" + agreed.cardinality() + " of " + judged.cardinality() + "]";
  }
}
