package org.quantsweep.report.picture;

/**
 * Draws dense outputs of several models alike: the reference's numbers decide what is black and
 * white for all of them.
 */
public final class DenseDrawing {
  /** How much brighter differences are drawn than they are. */
  static final int GAIN = 4;

  /** Colours of classes, dark for the first; taken again from the second on where they end. */
  private static final int[] CLASSES = {
    0x26262e, 0x4e79a7, 0xf28e2b, 0xe15759, 0x76b7b2, 0x59a14f, 0xedc948, 0xb07aa1, 0xff9da7,
    0x9c755f, 0xbab0ac, 0x86bcb6, 0xd37295, 0xfabfd2, 0xb6992d, 0x499894
  };

  /** Viridis at nine even places, dark to light; others lie between. */
  private static final int[] SCALE = {
    0x440154, 0x472d7b, 0x3b528b, 0x2c728e, 0x21918c, 0x28ae80, 0x5ec962, 0xaddc30, 0xfde725
  };

  private final Kind kind;
  private final int longest;
  private final double least;
  private final double range;

  /** What a dense output is. */
  public enum Kind {
    /** Colours. */
    PICTURE("picture"),
    /** A class for each pixel. */
    MASK("mask"),
    /** One number for each pixel: of several channels the largest. */
    MAP("map");

    private final String text;

    Kind(String text) {
      this.text = text;
    }

    /** As evidence calls it. */
    @Override
    public String toString() {
      return text;
    }
  }

  private DenseDrawing(Kind kind, int longest, double least, double range) {
    this.kind = kind;
    this.longest = longest;
    this.least = least;
    this.range = range;
  }

  /**
   * For pictures with values in [0, 255].
   *
   * @param longest the longest side of what is drawn
   */
  public static DenseDrawing ofPictures(int longest) {
    return new DenseDrawing(Kind.PICTURE, longest, 0, 255);
  }

  /** For arrays like the reference's. */
  public static DenseDrawing of(DenseArray reference, Kind kind, int longest) {
    double least = Double.POSITIVE_INFINITY;
    double most = Double.NEGATIVE_INFINITY;
    for (float value : reference.values().sharedArray()) {
      if (Float.isFinite(value)) {
        least = Math.min(least, value);
        most = Math.max(most, value);
      }
    }
    return most > least
        ? new DenseDrawing(kind, longest, least, most - least)
        : new DenseDrawing(kind, longest, 0, 1);
  }

  /** What is drawn. */
  public Kind kind() {
    return kind;
  }

  /** The output itself. */
  public Pixels output(DenseArray array) {
    return switch (kind) {
      case PICTURE -> picture(array);
      case MASK -> mask(array);
      case MAP -> map(array);
    };
  }

  /**
   * Where an output differs from the reference's: grey, brighter where it is farther off. Classes
   * differ or do not; numbers are drawn {@value #GAIN} times as bright as the share of the whole
   * range that they are off by, over channels the mean.
   */
  public Pixels difference(DenseArray reference, DenseArray array) {
    byte[] grey = new byte[array.pixels()];
    for (int pixel = 0; pixel < grey.length; pixel++) {
      if (kind == Kind.MASK) {
        grey[pixel] = (byte) (label(reference, pixel) == label(array, pixel) ? 0 : 255);
      } else if (kind == Kind.MAP) {
        grey[pixel] = level(GAIN * Math.abs(largest(reference, pixel) - largest(array, pixel)), 0);
      } else {
        double sum = 0;
        for (int channel = 0; channel < array.channels(); channel++) {
          sum += Math.abs(shown(reference.at(channel, pixel)) - shown(array.at(channel, pixel)));
        }
        grey[pixel] = level(GAIN * sum / array.channels(), 0);
      }
    }
    return new Pixels(array.width(), array.height(), 1, grey)
        .within(longest, kind == Kind.MASK ? Pixels.Pooling.LARGEST : Pixels.Pooling.MEAN);
  }

  private Pixels picture(DenseArray array) {
    boolean grey = array.channels() < 3;
    int channels = grey ? 1 : 3;
    byte[] values = new byte[array.pixels() * channels];
    for (int pixel = 0; pixel < array.pixels(); pixel++) {
      for (int channel = 0; channel < channels; channel++) {
        values[pixel * channels + channel] = level(array.at(channel, pixel), least);
      }
    }
    return new Pixels(array.width(), array.height(), channels, values)
        .within(longest, Pixels.Pooling.MEAN);
  }

  private Pixels mask(DenseArray array) {
    byte[] values = new byte[array.pixels() * 3];
    for (int pixel = 0; pixel < array.pixels(); pixel++) {
      int label = label(array, pixel);
      int colour = label == 0 ? CLASSES[0] : CLASSES[1 + (label - 1) % (CLASSES.length - 1)];
      put(values, pixel, colour);
    }
    return new Pixels(array.width(), array.height(), 3, values)
        .within(longest, Pixels.Pooling.MIDDLE);
  }

  private Pixels map(DenseArray array) {
    byte[] values = new byte[array.pixels() * 3];
    for (int pixel = 0; pixel < array.pixels(); pixel++) {
      put(values, pixel, colour((level(largest(array, pixel), least) & 0xff) / 255.0));
    }
    return new Pixels(array.width(), array.height(), 3, values)
        .within(longest, Pixels.Pooling.MEAN);
  }

  private static void put(byte[] values, int pixel, int colour) {
    values[3 * pixel] = (byte) (colour >> 16);
    values[3 * pixel + 1] = (byte) (colour >> 8);
    values[3 * pixel + 2] = (byte) colour;
  }

  private static int colour(double share) {
    double place = share * (SCALE.length - 1);
    int low = Math.min(SCALE.length - 2, (int) place);
    double part = place - low;
    int mixed = 0;
    for (int shift = 16; shift >= 0; shift -= 8) {
      int one = SCALE[low] >> shift & 0xff;
      int other = SCALE[low + 1] >> shift & 0xff;
      mixed = mixed << 8 | (int) Math.rint(one + part * (other - one));
    }
    return mixed;
  }

  /** As {@code pixel-agreement} tells classes: the largest channel, or the side of one half. */
  private static int label(DenseArray array, int pixel) {
    if (array.channels() == 1) {
      return array.at(0, pixel) > 0.5f ? 1 : 0;
    }
    int best = 0;
    for (int channel = 1; channel < array.channels(); channel++) {
      if (array.at(channel, pixel) > array.at(best, pixel)) {
        best = channel;
      }
    }
    return best;
  }

  private static double largest(DenseArray array, int pixel) {
    double largest = array.at(0, pixel);
    for (int channel = 1; channel < array.channels(); channel++) {
      largest = Math.max(largest, array.at(channel, pixel));
    }
    return largest;
  }

  /** A number as far as it can be seen. */
  private double shown(double value) {
    return Math.max(least, Math.min(least + range, value));
  }

  /** NaN is black. */
  private byte level(double value, double black) {
    return (byte) Math.rint(255 * Math.max(0, Math.min(1, (value - black) / range)));
  }
}
