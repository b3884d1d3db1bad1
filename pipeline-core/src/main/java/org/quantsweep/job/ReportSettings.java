package org.quantsweep.job;

import org.quantsweep.digest.ByteSize;
import org.quantsweep.search.LargestSize;

/**
 * What a sweep keeps for its report.
 *
 * @param wanted whether the evidence and the page are written
 * @param samples the most samples that are shown with answers, in [0, {@link #MOST_SAMPLES}]
 * @param pictures the most bytes that all pictures take together, before base64; at most {@link
 *     #MOST_PICTURES}
 */
public record ReportSettings(boolean wanted, int samples, LargestSize pictures) {
  /** The most samples that may be shown. */
  public static final int MOST_SAMPLES = 1_000;

  /** The most bytes of pictures that may be kept: a page holds all of them. */
  public static final LargestSize MOST_PICTURES = new LargestSize(new ByteSize(100_000_000));

  /** As on the command line. */
  public static final ReportSettings DEFAULT =
      new ReportSettings(true, 24, new LargestSize(new ByteSize(3_000_000)));

  /** Nothing is kept. */
  public static final ReportSettings NONE =
      new ReportSettings(false, DEFAULT.samples(), DEFAULT.pictures());

  /** Checks the ranges. */
  public ReportSettings {
    if (samples < 0
        || samples > MOST_SAMPLES
        || pictures.bytes().compareTo(MOST_PICTURES.bytes()) > 0) {
      throw new IllegalArgumentException(
          "samples ("
              + samples
              + ") must be in [0, "
              + MOST_SAMPLES
              + "], and pictures ("
              + pictures
              + ") may have at most "
              + MOST_PICTURES
              + ".");
    }
  }
}
