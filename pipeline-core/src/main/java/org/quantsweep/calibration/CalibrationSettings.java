package org.quantsweep.calibration;

import java.io.Serializable;
import org.quantsweep.digest.Sha256Digest;

/**
 * How options are fitted to what their layers are fed with.
 *
 * @param patchesPerSample how many places of a layer's input each sample gives, at least 1
 * @param damping what is added to the diagonal of the second moments, as a share of its mean
 * @param largestOrder of layers with more inputs per output than this, the second moments of blocks
 *     of consecutive inputs alone are kept: see {@link #block}
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
  private static final int VERSION = 11;

  /** Changes whenever moments may change, or the form that they are stored in. */
  private static final int MOMENTS_VERSION = 8;

  /** What the blocks of a layer may take, in matrices of the largest order. */
  private static final int MOST_MATRICES = 4;

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

  /**
   * How many consecutive inputs of a layer share a matrix of second moments: all of them up to the
   * largest order, else as many as make blocks of about one length. Blocks are no longer than the
   * largest order. All blocks of a layer take no more than four matrices of that order do.
   *
   * @param groups of outputs that have inputs of their own, at least 1
   * @param order inputs per output, at least 1
   */
  public int block(int groups, int order) {
    long square = (long) largestOrder * largestOrder;
    long most = Math.max(1, MOST_MATRICES * square / ((long) groups * order));
    long longest = Math.min(largestOrder, most);
    if (order <= longest) {
      return order;
    }
    long blocks = (order + longest - 1) / longest;
    return (int) ((order + blocks - 1) / blocks);
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
