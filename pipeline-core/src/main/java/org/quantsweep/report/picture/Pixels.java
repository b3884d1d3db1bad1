package org.quantsweep.report.picture;

/** A picture of 8 bits a channel: {@code [height, width, channels]}, grey or red, green, blue. */
public final class Pixels {
  private final int width;
  private final int height;
  private final int channels;
  private final byte[] values;

  /**
   * Keeps the given array: the caller must not change it any more.
   *
   * @param channels 1 or 3
   * @throws IllegalArgumentException when there are not as many values
   */
  public Pixels(int width, int height, int channels, byte[] values) {
    if (width < 1 || height < 1 || (long) width * height * channels != values.length) {
      throw new IllegalArgumentException(
          width
              + " x "
              + height
              + " pixels of "
              + channels
              + " channels are not "
              + values.length
              + " values.");
    }
    this.width = width;
    this.height = height;
    this.channels = channels;
    this.values = values;
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
  public int at(int x, int y, int channel) {
    return values[(y * width + x) * channels + channel] & 0xff;
  }

  /** The array inside, not copied: whoever takes it must not write to it. */
  public byte[] sharedArray() {
    return values;
  }

  /** How the values of several pixels become one. */
  enum Pooling {
    /** Their mean: for pictures. */
    MEAN,
    /** The largest: thin differences stay. */
    LARGEST,
    /** The one in the middle: for colours that stand for classes. */
    MIDDLE
  }

  /**
   * The same picture, made smaller where it is larger.
   *
   * @param longest the longest side that it may have, at least 1
   */
  Pixels within(int longest, Pooling pooling) {
    int side = Math.max(width, height);
    if (side <= longest) {
      return this;
    }
    int newWidth = Math.max(1, (int) ((long) width * longest / side));
    int newHeight = Math.max(1, (int) ((long) height * longest / side));
    byte[] made = new byte[newWidth * newHeight * channels];
    int place = 0;
    for (int y = 0; y < newHeight; y++) {
      for (int x = 0; x < newWidth; x++) {
        for (int channel = 0; channel < channels; channel++) {
          made[place++] = (byte) pooled(x, y, channel, newWidth, newHeight, pooling);
        }
      }
    }
    return new Pixels(newWidth, newHeight, channels, made);
  }

  private int pooled(int x, int y, int channel, int newWidth, int newHeight, Pooling pooling) {
    int left = (int) ((long) x * width / newWidth);
    int top = (int) ((long) y * height / newHeight);
    int right = Math.max(left + 1, (int) ((long) (x + 1) * width / newWidth));
    int bottom = Math.max(top + 1, (int) ((long) (y + 1) * height / newHeight));
    if (pooling == Pooling.MIDDLE) {
      return at((left + right - 1) / 2, (top + bottom - 1) / 2, channel);
    }
    long sum = 0;
    int largest = 0;
    for (int row = top; row < bottom; row++) {
      for (int column = left; column < right; column++) {
        int value = at(column, row, channel);
        sum += value;
        largest = Math.max(largest, value);
      }
    }
    int count = (right - left) * (bottom - top);
    return pooling == Pooling.LARGEST ? largest : (int) ((sum + count / 2) / count);
  }
}
