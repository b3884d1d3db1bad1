package org.quantsweep.agreement;

import java.io.Serializable;
import org.apache.commons.statistics.distribution.BetaDistribution;

/**
 * How many samples agree, of how many that were judged. A commutative monoid under {@link #plus}:
 * any split into shards gives the same counts.
 *
 * @param agreeing in [0, judged]
 * @param judged at least 0
 */
public record AgreementCounts(long agreeing, long judged) implements Serializable {
  /** No sample judged yet. */
  public static final AgreementCounts NONE = new AgreementCounts(0, 0);

  /** Checks 0 <= agreeing <= judged. */
  public AgreementCounts {
    if (agreeing < 0 || judged < agreeing) {
      throw new IllegalArgumentException(
          "agreeing samples (" + agreeing + ") must be in [0, judged = " + judged + "].");
    }
  }

  /** The counts over both sets of samples, which must not overlap. */
  public AgreementCounts plus(AgreementCounts other) {
    return new AgreementCounts(
        Math.addExact(agreeing, other.agreeing), Math.addExact(judged, other.judged));
  }

  /** Samples that were judged and disagree. */
  public long disagreeing() {
    return judged - agreeing;
  }

  /** The share that agrees, in [0, 1]; for display only: thresholds are compared on the counts. */
  public double share() {
    return judged == 0 ? 0 : (double) agreeing / judged;
  }

  /**
   * The one-sided Clopper-Pearson lower bound of the true share: the beta quantile B(1 -
   * confidence; agreeing, disagreeing + 1), and 0 when none agrees (Clopper and Pearson, Biometrika
   * 26, 1934). Valid for samples drawn independently of the search.
   *
   * @param confidence in (0, 1), for example 0.95
   */
  public double lowerBound(double confidence) {
    if (!(confidence > 0 && confidence < 1)) {
      throw new IllegalArgumentException("confidence (" + confidence + ") must be in (0, 1).");
    }
    if (agreeing == 0) {
      return 0;
    }
    return BetaDistribution.of((double) agreeing, disagreeing() + 1.0)
        .inverseCumulativeProbability(1 - confidence);
  }
}
