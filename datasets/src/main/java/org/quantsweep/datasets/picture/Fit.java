package org.quantsweep.datasets.picture;

import org.quantsweep.UsageException;

/** How a picture of one shape becomes one of another. All resample by Lanczos, as Pillow does. */
public enum Fit {
  /** Both sides are resized, the aspect changes: Pillow's {@code resize}. The default. */
  STRETCH {
    @Override
    public Picture apply(Picture picture, int width, int height) {
      return LanczosResizer.resize(picture, width, height);
    }
  },
  /** The largest centred part of the right aspect is resized: Pillow's {@code ImageOps.fit}. */
  CROP {
    @Override
    public Picture apply(Picture picture, int width, int height) {
      double ratio = (double) picture.width() / picture.height();
      double wanted = (double) width / height;
      double partWidth = picture.width();
      double partHeight = picture.height();
      if (ratio > wanted) {
        partWidth = wanted * picture.height();
      } else if (ratio < wanted) {
        partHeight = picture.width() / wanted;
      }
      double left = (picture.width() - partWidth) * 0.5;
      double top = (picture.height() - partHeight) * 0.5;
      return LanczosResizer.resize(
          picture,
          width,
          height,
          new LanczosResizer.Box(
              (float) left,
              (float) top,
              (float) Math.min(left + partWidth, picture.width()),
              (float) Math.min(top + partHeight, picture.height())));
    }
  },
  /** The whole picture, with black bars on two sides: Pillow's {@code ImageOps.pad}. */
  LETTERBOX {
    @Override
    public Picture apply(Picture picture, int width, int height) {
      double ratio = (double) picture.width() / picture.height();
      double wanted = (double) width / height;
      int innerWidth = width;
      int innerHeight = height;
      // Rounded half to even, as Python's round does.
      if (ratio > wanted) {
        innerHeight = (int) Math.rint((double) picture.height() / picture.width() * width);
      } else if (ratio < wanted) {
        innerWidth = (int) Math.rint(ratio * height);
      }
      innerWidth = Math.max(1, innerWidth);
      innerHeight = Math.max(1, innerHeight);
      Picture inner = LanczosResizer.resize(picture, innerWidth, innerHeight);
      int channels = picture.channels();
      byte[] values = new byte[Math.multiplyExact(Math.multiplyExact(width, height), channels)];
      int left = (int) Math.rint((width - innerWidth) * 0.5);
      int top = (int) Math.rint((height - innerHeight) * 0.5);
      for (int y = 0; y < innerHeight; y++) {
        System.arraycopy(
            inner.sharedValues(),
            y * innerWidth * channels,
            values,
            ((y + top) * width + left) * channels,
            innerWidth * channels);
      }
      return Picture.wrap(width, height, channels, values);
    }
  };

  /**
   * The picture at another size; the same one when it already has it.
   *
   * @param width in pixels, at least 1
   * @param height in pixels, at least 1
   */
  public abstract Picture apply(Picture picture, int width, int height);

  /**
   * Reads {@code stretch}, {@code crop} or {@code letterbox}.
   *
   * @throws UsageException when it is none of them
   */
  public static Fit parse(String text) {
    for (Fit known : values()) {
      if (known.name().equalsIgnoreCase(text)) {
        return known;
      }
    }
    throw new UsageException(
        "--fit (" + text + ") must be stretch, crop or letterbox.\nMaybe write stretch.");
  }
}
