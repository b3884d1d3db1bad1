package org.quantsweep.sweep;

import java.io.Serializable;

/**
 * What one option alone does to the answers, summed over samples. Sums are added within a shard in
 * the order of samples and across shards in the order of shards, so that they have the same bits
 * for any number of partitions.
 *
 * @param loss the criterion's smooth loss
 * @param squaredError relative squared error of all numeric outputs
 * @param disagreeing how many samples disagree
 * @param samples how many were run
 */
public record Sensitivity(double loss, double squaredError, long disagreeing, long samples)
    implements Serializable {
  /** Nothing run yet. */
  public static final Sensitivity NONE = new Sensitivity(0, 0, 0, 0);

  /** Checks the ranges. */
  public Sensitivity {
    if (!(loss >= 0) || !(squaredError >= 0) || disagreeing < 0 || samples < disagreeing) {
      throw new IllegalArgumentException(
          "loss ("
              + loss
              + ") and squared error ("
              + squaredError
              + ") must be at least 0, and disagreeing samples ("
              + disagreeing
              + ") in [0, "
              + samples
              + "].");
    }
  }

  /** The sums over both sets of samples, which must not overlap. */
  public Sensitivity plus(Sensitivity other) {
    return new Sensitivity(
        loss + other.loss,
        squaredError + other.squaredError,
        disagreeing + other.disagreeing,
        samples + other.samples);
  }
}
