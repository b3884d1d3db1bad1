package org.quantsweep.sweep;

import java.io.Serializable;

/**
 * What a run has cost so far.
 *
 * @param referenceInferences runs of the reference
 * @param candidateInferences runs of candidates
 * @param preparationSeconds decoding and resizing, summed over threads
 * @param inferenceSeconds running models, summed over threads
 */
public record SweepCost(
    long referenceInferences,
    long candidateInferences,
    double preparationSeconds,
    double inferenceSeconds)
    implements Serializable {
  /** Nothing done. */
  public static final SweepCost NONE = new SweepCost(0, 0, 0, 0);

  /** The cost of both. */
  public SweepCost plus(SweepCost other) {
    return new SweepCost(
        referenceInferences + other.referenceInferences,
        candidateInferences + other.candidateInferences,
        preparationSeconds + other.preparationSeconds,
        inferenceSeconds + other.inferenceSeconds);
  }
}
