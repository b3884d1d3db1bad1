package org.quantsweep.calibration;

import java.io.Serializable;
import org.quantsweep.digest.Sha256Digest;

/**
 * How options are fitted to what their layers are fed with.
 *
 * @param patchesPerSample how many places of a layer's input each sample gives, at least 1
 * @param damping what is added to the diagonal of the second moments, as a share of its mean
 * @param largestOrder layers with more inputs per output than this keep the diagonal of their
 *     second moments only (8 x order^2 bytes otherwise): ranges, tables and biases are fitted, and
 *     no error is fed back
 * @param meanTrust how much of the mean's part is left to the bias, in [0, 1]
 * @param rounds how often codes and what they stand for are chosen anew after the error feedback,
 *     at least 0
 * @param seed of the choice of places
 */
public record CalibrationSettings(
    int patchesPerSample, double damping, int largestOrder, double meanTrust, int rounds, long seed)
    implements Serializable {
  /** The usual ones. */
  public static final CalibrationSettings DEFAULT =
      new CalibrationSettings(64, 0.01, 2304, 1, 3, 0);

  /** Changes whenever fitted codes may change. */
  private static final int VERSION = 3;

  /** Changes whenever moments may change, or the form that they are stored in. */
  private static final int MOMENTS_VERSION = 1;

  /** Checks the ranges. */
  public CalibrationSettings {
    if (patchesPerSample < 1
        || rounds < 0
        || !(damping > 0)
        || largestOrder < 1
        || !(meanTrust >= 0 && meanTrust <= 1)) {
      throw new IllegalArgumentException(
          "patchesPerSample ("
              + patchesPerSample
              + ") and largestOrder ("
              + largestOrder
              + ") must be at least 1, rounds ("
              + rounds
              + ") at least 0, damping ("
              + damping
              + ") above 0, meanTrust ("
              + meanTrust
              + ") in [0, 1].");
    }
  }

  /** The same with this seed. */
  public CalibrationSettings withSeed(long value) {
    return new CalibrationSettings(
        patchesPerSample, damping, largestOrder, meanTrust, rounds, value);
  }

  /** Covers everything that changes what is gathered of layers' inputs. */
  public Sha256Digest momentsDigest() {
    return new Sha256Digest.Builder()
        .field("version", Integer.toString(MOMENTS_VERSION))
        .field("patchesPerSample", Integer.toString(patchesPerSample))
        .field("largestOrder", Integer.toString(largestOrder))
        .field("seed", Long.toString(seed))
        .build();
  }

  /** Covers everything that changes fitted codes. */
  public Sha256Digest digest() {
    return new Sha256Digest.Builder()
        .field("version", Integer.toString(VERSION))
        .field("patchesPerSample", Integer.toString(patchesPerSample))
        .field("damping", Double.toString(damping))
        .field("largestOrder", Integer.toString(largestOrder))
        .field("meanTrust", Double.toString(meanTrust))
        .field("rounds", Integer.toString(rounds))
        .field("seed", Long.toString(seed))
        .build();
  }
}
