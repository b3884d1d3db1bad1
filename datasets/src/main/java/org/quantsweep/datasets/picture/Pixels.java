package org.quantsweep.datasets.picture;

/**
 * A decoded picture: 8-bit samples, row by row, the channels of a pixel side by side (red, green,
 * blue, or one grey).
 */
public final class Pixels {
  private final int width;
  private final int height;
  private final int channels;
  private final byte[] samples;

  /** Keeps the given array of {@code width x height x channels}, channels being 1 or 3. */
  public Pixels(int width, int height, int channels, byte[] samples) {
    if (samples.length != Math.multiplyExact(Math.multiplyExact(width, height), channels)) {
      throw new IllegalArgumentException(
          width
              + " x "
              + height
              + " x "
              + channels
              + " need as many samples, not "
              + samples.length);
    }
    this.width = width;
    this.height = height;
    this.channels = channels;
    this.samples = samples;
  }

  /** In pixels. */
  public int width() {
    return width;
  }

  /** In pixels. */
  public int height() {
    return height;
  }

  /** 3 (red, green, blue) or 1 (grey). */
  public int channels() {
    return channels;
  }

  /** The array inside, not copied: whoever takes it must not write to it. */
  public byte[] sharedSamples() {
    return samples;
  }

  /** The sample in [0, 255] at a place. */
  public int sample(int x, int y, int channel) {
    return samples[(y * width + x) * channels + channel] & 255;
  }

  /** Grey as Pillow's {@code convert("L")} makes it (ITU-R 601-2, 16-bit fixed point). */
  public Pixels toGrey() {
    if (channels == 1) {
      return this;
    }
    byte[] grey = new byte[width * height];
    for (int i = 0; i < grey.length; i++) {
      int red = samples[3 * i] & 255;
      int green = samples[3 * i + 1] & 255;
      int blue = samples[3 * i + 2] & 255;
      grey[i] = (byte) ((red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16);
    }
    return new Pixels(width, height, 1, grey);
  }

  /** The same grey in three channels, or itself. */
  public Pixels toColor() {
    if (channels == 3) {
      return this;
    }
    byte[] color = new byte[3 * samples.length];
    for (int i = 0; i < samples.length; i++) {
      color[3 * i] = samples[i];
      color[3 * i + 1] = samples[i];
      color[3 * i + 2] = samples[i];
    }
    return new Pixels(width, height, 3, color);
  }

  /** A rectangle of it. */
  Pixels crop(int left, int top, int cropWidth, int cropHeight) {
    byte[] cut = new byte[cropWidth * cropHeight * channels];
    for (int row = 0; row < cropHeight; row++) {
      System.arraycopy(
          samples,
          ((top + row) * width + left) * channels,
          cut,
          row * cropWidth * channels,
          cropWidth * channels);
    }
    return new Pixels(cropWidth, cropHeight, channels, cut);
  }

  /** In the middle of a black picture. */
  Pixels center(int outerWidth, int outerHeight) {
    byte[] around = new byte[outerWidth * outerHeight * channels];
    int left = (outerWidth - width) / 2;
    int top = (outerHeight - height) / 2;
    for (int row = 0; row < height; row++) {
      System.arraycopy(
          samples,
          row * width * channels,
          around,
          ((top + row) * outerWidth + left) * channels,
          width * channels);
    }
    return new Pixels(outerWidth, outerHeight, channels, around);
  }

  /**
   * Turned and mirrored as an EXIF orientation says.
   *
   * @param orientation 1 to 8; anything else leaves it as it is
   */
  Pixels oriented(int orientation) {
    if (orientation < 2 || orientation > 8) {
      return this;
    }
    boolean turned = orientation >= 5;
    int newWidth = turned ? height : width;
    int newHeight = turned ? width : height;
    byte[] moved = new byte[samples.length];
    for (int y = 0; y < newHeight; y++) {
      for (int x = 0; x < newWidth; x++) {
        int fromX = turned ? y : x;
        int fromY = turned ? x : y;
        if (orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8) {
          fromX = width - 1 - fromX;
        }
        if (orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7) {
          fromY = height - 1 - fromY;
        }
        System.arraycopy(
            samples,
            (fromY * width + fromX) * channels,
            moved,
            (y * newWidth + x) * channels,
            channels);
      }
    }
    return new Pixels(newWidth, newHeight, channels, moved);
  }
}
