package org.quantsweep.search;

import java.io.Serializable;
import java.util.Objects;
import org.quantsweep.agreement.AgreementThreshold;
import org.quantsweep.agreement.ClassFloor;

/**
 * How a family of candidates is judged. Nothing here depends on cores or partitions, so the outcome
 * does not either.
 *
 * @param threshold the least agreement
 * @param floor the least agreement of each class
 * @param evaluateAll whether every candidate is judged on every sample
 * @param maxEvaluations the most candidates that are judged, at least 1
 * @param candidatesInFlight how many candidates a wave holds, at least 1: the smallest undecided
 *     ones
 * @param leastStep how many samples a wave judges a candidate on, at least, as far as there are
 *     some; at least 1
 */
public record SearchSettings(
    AgreementThreshold threshold,
    ClassFloor floor,
    boolean evaluateAll,
    int maxEvaluations,
    int candidatesInFlight,
    int leastStep)
    implements Serializable {
  /** No limit on evaluations. */
  public static final int UNLIMITED = Integer.MAX_VALUE;

  /** Checks the ranges. */
  public SearchSettings {
    Objects.requireNonNull(threshold, "threshold");
    Objects.requireNonNull(floor, "floor");
    if (maxEvaluations < 1 || candidatesInFlight < 1 || leastStep < 1) {
      throw new IllegalArgumentException(
          "maxEvaluations ("
              + maxEvaluations
              + "), candidatesInFlight ("
              + candidatesInFlight
              + ") and leastStep ("
              + leastStep
              + ") must be at least 1.");
    }
  }

  /** The usual waves for a threshold: decision only, no limit. */
  public static SearchSettings decisionOnly(AgreementThreshold threshold) {
    return new SearchSettings(threshold, ClassFloor.NONE, false, UNLIMITED, 4, 12);
  }

  /** The usual waves, every candidate on every sample. */
  public static SearchSettings everything(AgreementThreshold threshold) {
    return new SearchSettings(threshold, ClassFloor.NONE, true, UNLIMITED, 8, 12);
  }
}
