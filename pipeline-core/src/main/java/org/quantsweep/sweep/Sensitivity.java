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
 * @param squaredLoss the square of each sample's loss, summed: it tells how far losses spread
 */
public record Sensitivity(
    double loss, double squaredError, long disagreeing, long samples, double squaredLoss)
    implements Serializable {
  /** Nothing run yet. */
  public static final Sensitivity NONE = new Sensitivity(0, 0, 0, 0);

  /** Checks the ranges. */
  public Sensitivity {
    if (!(loss >= 0)
        || !(squaredError >= 0)
        || !(squaredLoss >= 0)
        || disagreeing < 0
        || samples < disagreeing) {
      throw new IllegalArgumentException(
          "loss ("
              + loss
              + "), squared error ("
              + squaredError
              + ") and squared loss ("
              + squaredLoss
              + ") must be at least 0, and disagreeing samples ("
              + disagreeing
              + ") in [0, "
              + samples
              + "].");
    }
  }

  /** Where every sample loses the same. */
  public Sensitivity(double loss, double squaredError, long disagreeing, long samples) {
    this(loss, squaredError, disagreeing, samples, samples == 0 ? 0 : loss / samples * loss);
  }

  /** The sums over both sets of samples, which must not overlap. */
  public Sensitivity plus(Sensitivity other) {
    return new Sensitivity(
        loss + other.loss,
        squaredError + other.squaredError,
        disagreeing + other.disagreeing,
        samples + other.samples,
        squaredLoss + other.squaredLoss);
  }

  /** With so many times the loss and the squared error on every sample, and no disagreement. */
  public Sensitivity scaled(double factor) {
    return new Sensitivity(
        loss * factor, squaredError * factor, 0, samples, squaredLoss * factor * factor);
  }

  /** The means of these samples, as sums over so many: options run on several numbers compare. */
  public Sensitivity over(long count) {
    if (samples == count || samples == 0) {
      return this;
    }
    double factor = (double) count / samples;
    return new Sensitivity(
        loss * factor,
        squaredError * factor,
        Math.round(disagreeing * factor),
        count,
        squaredLoss * factor);
  }

  /**
   * The standard error of the logarithm of the mean loss, to the first order: that of the mean over
   * the mean.
   *
   * @return at least 0; infinite where nothing is lost, or fewer than two samples were run
   */
  public double logError() {
    if (samples < 2 || loss == 0) {
      return Double.POSITIVE_INFINITY;
    }
    double mean = loss / samples;
    double variance = Math.max(0, squaredLoss / samples - mean * mean) * samples / (samples - 1);
    return Math.sqrt(variance / samples) / mean;
  }
}
