package org.quantsweep.datasets.picture;

import org.quantsweep.sample.UnreadableSampleException;

/**
 * What a picture's header says, read without decoding.
 *
 * @param width in pixels, as stored
 * @param height in pixels, as stored
 */
public record PictureHeader(PictureFormat format, int width, int height) {
  /**
   * Reads the header and checks it against the limits.
   *
   * @throws UnreadableSampleException when the bytes are no picture, have no whole header, or are
   *     beyond the limits
   */
  public static PictureHeader read(byte[] bytes, PictureLimits limits)
      throws UnreadableSampleException {
    limits.checkEncodedSize(bytes.length);
    PictureFormat format = PictureFormat.of(bytes);
    return switch (format) {
      case JPEG -> JpegStructure.parse(bytes, limits).header();
      case PNG -> PngStructure.parse(bytes, limits).header();
      case BMP -> BmpStructure.parse(bytes, limits).header();
    };
  }
}
