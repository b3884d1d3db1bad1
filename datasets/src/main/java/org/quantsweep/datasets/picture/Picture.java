package org.quantsweep.datasets.picture;

import java.util.Arrays;

/**
 * A decoded picture: 8 bits a channel, {@code [height, width, channels]} row-major, channels red,
 * green, blue, or one of grey.
 */
public final class Picture {
  private final int width;
  private final int height;
  private final int channels;
  private final byte[] values;

  private Picture(int width, int height, int channels, byte[] values) {
    this.width = width;
    this.height = height;
    this.channels = channels;
    this.values = values;
  }

  /**
   * A picture that keeps the given array: the caller must not change it any more.
   *
   * @param width in pixels, at least 1
   * @param height in pixels, at least 1
   * @param channels 1 (grey) or 3 (red, green, blue)
   * @param values {@code [height, width, channels]}
   */
  public static Picture wrap(int width, int height, int channels, byte[] values) {
    if (channels != 1 && channels != 3) {
      throw new IllegalArgumentException("a picture has 1 or 3 channels, not " + channels + ".");
    }
    if (width < 1 || height < 1 || (long) width * height * channels != values.length) {
      throw new IllegalArgumentException(
          "a picture of "
              + width
              + " x "
              + height
              + " pixels and "
              + channels
              + " channels does not hold "
              + values.length
              + " values.");
    }
    return new Picture(width, height, channels, values);
  }

  /** In pixels. */
  public int width() {
    return width;
  }

  /** In pixels. */
  public int height() {
    return height;
  }

  /** 1 or 3. */
  public int channels() {
    return channels;
  }

  /** A value in [0, 255]. */
  public int value(int x, int y, int channel) {
    return values[(y * width + x) * channels + channel] & 0xFF;
  }

  /** The array inside, not copied: whoever takes it must not write to it. */
  public byte[] sharedValues() {
    return values;
  }

  /** Three channels, as Pillow's {@code convert("RGB")}: grey is repeated. */
  public Picture toRgb() {
    if (channels == 3) {
      return this;
    }
    byte[] rgb = new byte[values.length * 3];
    for (int i = 0; i < values.length; i++) {
      rgb[3 * i] = values[i];
      rgb[3 * i + 1] = values[i];
      rgb[3 * i + 2] = values[i];
    }
    return new Picture(width, height, 3, rgb);
  }

  /**
   * One channel, as Pillow's {@code convert("L")}: ITU-R 601 luma in 16-bit fixed point, rounded.
   */
  public Picture toGrey() {
    if (channels == 1) {
      return this;
    }
    byte[] grey = new byte[width * height];
    for (int i = 0; i < grey.length; i++) {
      int r = values[3 * i] & 0xFF;
      int g = values[3 * i + 1] & 0xFF;
      int b = values[3 * i + 2] & 0xFF;
      grey[i] = (byte) ((r * 19595 + g * 38470 + b * 7471 + 0x8000) >> 16);
    }
    return new Picture(width, height, 1, grey);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Picture picture
        && width == picture.width
        && height == picture.height
        && channels == picture.channels
        && Arrays.equals(values, picture.values);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(values);
  }

  /** For example {@code Picture[640 x 480, 3 channels]}. */
  @Override
  public String toString() {
    return "Picture[" + width + " x " + height + ", " + channels + " channels]";
  }
}
