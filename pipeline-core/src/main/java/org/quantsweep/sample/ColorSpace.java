package org.quantsweep.sample;

/** How the channels of a picture feature are laid out: 3 channels in the named order, or 1. */
public enum ColorSpace {
  /** Red, green, blue. */
  RGB(3),
  /** Blue, green, red. */
  BGR(3),
  /** One channel of 8 bits. */
  GRAYSCALE(1),
  /** One channel of half precision. */
  GRAYSCALE_FLOAT16(1);

  private final int channels;

  ColorSpace(int channels) {
    this.channels = channels;
  }

  /** The number of channels: 3 or 1. */
  public int channels() {
    return channels;
  }
}
