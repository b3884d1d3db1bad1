package org.quantsweep.datasets.picture;

import java.io.Serializable;
import java.util.Locale;
import org.quantsweep.UsageException;
import org.quantsweep.digest.ByteSize;
import org.quantsweep.sample.UnreadableSampleException;

/**
 * How large a picture may be: checked from its header, before anything is decoded or allocated.
 *
 * @param encodedSize the largest file
 * @param pixels the largest number of pixels, width times height; at least 1 and below 2^28, so
 *     that three or four channels of one byte fit a Java array
 */
public record PictureLimits(ByteSize encodedSize, long pixels) implements Serializable {
  /** 64 MiB encoded and 64 million pixels. */
  public static final PictureLimits DEFAULT =
      new PictureLimits(new ByteSize(64L << 20), 64_000_000L);

  private static final long MOST_PIXELS = (1L << 28) - 1;

  /**
   * Checks the range.
   *
   * @throws UsageException when the number of pixels is out of range
   */
  public PictureLimits {
    if (pixels < 1 || pixels > MOST_PIXELS) {
      throw new UsageException(
          "largest number of pixels ("
              + pixels
              + ") must be in [1, "
              + MOST_PIXELS
              + "]: a picture's bytes must fit one array.\nMaybe write "
              + DEFAULT.pixels
              + ", the default.");
    }
  }

  /**
   * Refuses a file that is too large.
   *
   * @param length in bytes
   */
  public void checkEncodedSize(long length) throws UnreadableSampleException {
    if (length > encodedSize.bytes()) {
      throw new UnreadableSampleException(
          "the file has "
              + length
              + " bytes, more than the limit on a picture's encoded size ("
              + encodedSize.bytes()
              + ").");
    }
  }

  /** Refuses a picture of too many pixels, or of none. */
  void checkPixels(PictureFormat format, long width, long height) throws UnreadableSampleException {
    if (width < 1 || height < 1) {
      throw new UnreadableSampleException(
          String.format(
              Locale.ROOT,
              "the header of the %s says %d x %d pixels; both must be at least 1.",
              format,
              width,
              height));
    }
    // Dimensions are below 2^32, and 2^32 times 2^32 overflows a long.
    if (width > pixels || height > pixels || width * height > pixels) {
      throw new UnreadableSampleException(
          String.format(
              Locale.ROOT,
              "the header of the %s says %d x %d pixels, more than the limit on a picture's pixels"
                  + " (%d).",
              format,
              width,
              height,
              pixels));
    }
  }
}
