package org.quantsweep.datasets.picture;

import java.util.Locale;

/** How a picture of another aspect ratio is brought to a size. */
public enum Fit {
  /** Both sides are scaled on their own, as coremltools does. */
  STRETCH {
    @Override
    public Pixels apply(Pixels picture, int width, int height) {
      return LanczosResizer.resize(picture, width, height);
    }
  },
  /** The middle is cut out in the wanted aspect ratio, then scaled. */
  CROP {
    @Override
    public Pixels apply(Pixels picture, int width, int height) {
      double scale = Math.min((double) picture.width() / width, (double) picture.height() / height);
      int cutWidth = Math.max(1, (int) Math.min(picture.width(), Math.rint(width * scale)));
      int cutHeight = Math.max(1, (int) Math.min(picture.height(), Math.rint(height * scale)));
      Pixels cut =
          picture.crop(
              (picture.width() - cutWidth) / 2,
              (picture.height() - cutHeight) / 2,
              cutWidth,
              cutHeight);
      return LanczosResizer.resize(cut, width, height);
    }
  },
  /** Scaled to fit inside, black around. */
  LETTERBOX {
    @Override
    public Pixels apply(Pixels picture, int width, int height) {
      double scale = Math.min((double) width / picture.width(), (double) height / picture.height());
      int newWidth = Math.max(1, (int) Math.min(width, Math.rint(picture.width() * scale)));
      int newHeight = Math.max(1, (int) Math.min(height, Math.rint(picture.height() * scale)));
      return LanczosResizer.resize(picture, newWidth, newHeight).center(width, height);
    }
  };

  /** The picture at a size. */
  public abstract Pixels apply(Pixels picture, int width, int height);

  /** As it is written in settings. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
