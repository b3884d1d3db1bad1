package org.quantsweep.datasets.picture;

/**
 * Lanczos resampling (a = 3), equal to the last bit to Pillow 11's {@code Image.resize(size,
 * LANCZOS, box)} on 8-bit pictures, which is what coremltools uses: separable; the support grows
 * with the reduction; weights are normalized in double and rounded to 22-bit fixed point; the
 * horizontal pass goes first, and its result is rounded to 8 bits. No Java library does the same,
 * and agreement figures depend on it.
 */
final class LanczosResizer {
  private static final double SUPPORT = 3.0;
  private static final int PRECISION_BITS = 32 - 8 - 2;

  /** One half in both sums of a long, so that they are rounded. */
  private static final long HALVES = ((1L << 32) | 1) << (PRECISION_BITS - 1);

  private LanczosResizer() {}

  /** A part of a picture in pixels, edges between pixels; single precision, as Pillow holds it. */
  record Box(float left, float top, float right, float bottom) {
    static Box whole(Picture picture) {
      return new Box(0, 0, picture.width(), picture.height());
    }
  }

  static Picture resize(Picture picture, int width, int height) {
    return resize(picture, width, height, Box.whole(picture));
  }

  static Picture resize(Picture picture, int width, int height, Box box) {
    boolean horizontal = width != picture.width() || box.left != 0 || box.right != width;
    boolean vertical = height != picture.height() || box.top != 0 || box.bottom != height;
    Picture result = picture;
    int firstRow = 0;
    Weights rows = Weights.of(picture.height(), box.top, box.bottom, height);
    if (horizontal) {
      // Only the rows that the vertical pass reads.
      int lastRow = picture.height();
      if (vertical) {
        firstRow = rows.starts[0];
        lastRow = rows.starts[height - 1] + rows.counts[height - 1];
      }
      Weights columns = Weights.of(picture.width(), box.left, box.right, width);
      result = horizontally(picture, columns, width, firstRow, lastRow);
    }
    return vertical ? vertically(result, rows, height, firstRow) : result;
  }

  /** For each position of the result: where its sources start, how many, and their weights. */
  private static final class Weights {
    private final int[] starts;
    private final int[] counts;
    private final int[] values;
    private final int stride;

    private Weights(int[] starts, int[] counts, int[] values, int stride) {
      this.starts = starts;
      this.counts = counts;
      this.values = values;
      this.stride = stride;
    }

    static Weights of(int inputSize, float from, float to, int outputSize) {
      double scale = (double) (to - from) / outputSize;
      double filterScale = Math.max(scale, 1.0);
      double support = SUPPORT * filterScale;
      double step = 1.0 / filterScale;
      int stride = (int) Math.ceil(support) * 2 + 1;
      int[] starts = new int[outputSize];
      int[] counts = new int[outputSize];
      int[] values = new int[Math.multiplyExact(outputSize, stride)];
      double[] row = new double[stride];
      for (int out = 0; out < outputSize; out++) {
        double center = from + (out + 0.5) * scale;
        int start = Math.max((int) (center - support + 0.5), 0);
        int count = Math.min((int) (center + support + 0.5), inputSize) - start;
        double sum = 0.0;
        for (int i = 0; i < count; i++) {
          row[i] = lanczos((i + start - center + 0.5) * step);
          sum += row[i];
        }
        for (int i = 0; i < count; i++) {
          double weight = sum == 0.0 ? row[i] : row[i] / sum;
          double fixed = weight * (1 << PRECISION_BITS);
          values[out * stride + i] = (int) (fixed < 0 ? fixed - 0.5 : fixed + 0.5);
        }
        starts[out] = start;
        counts[out] = count;
      }
      return new Weights(starts, counts, values, stride);
    }

    private static double lanczos(double x) {
      return -SUPPORT <= x && x < SUPPORT ? sinc(x) * sinc(x / SUPPORT) : 0.0;
    }

    private static double sinc(double x) {
      if (x == 0.0) {
        return 1.0;
      }
      // StrictMath: the same bits on every machine.
      return StrictMath.sin(x * Math.PI) / (x * Math.PI);
    }
  }

  /** Two rows at once: a value of each in one long. */
  private static Picture horizontally(
      Picture picture, Weights columns, int width, int firstRow, int lastRow) {
    int channels = picture.channels();
    int rows = lastRow - firstRow;
    byte[] in = picture.sharedValues();
    byte[] out = new byte[Math.multiplyExact(Math.multiplyExact(rows, width), channels)];
    int rowLength = picture.width() * channels;
    long[] pairs = new long[rowLength];
    for (int y = 0; y < rows; y += 2) {
      int other = Math.min(y + 1, rows - 1);
      int upper = (y + firstRow) * rowLength;
      int lower = (other + firstRow) * rowLength;
      for (int i = 0; i < rowLength; i++) {
        pairs[i] = pair(in[upper + i], in[lower + i]);
      }
      int outUpper = y * width * channels;
      int outLower = other * width * channels;
      if (channels == 3) {
        colours(pairs, columns, out, outUpper, outLower, width);
      } else {
        greys(pairs, columns, out, outUpper, outLower, width);
      }
    }
    return Picture.wrap(width, rows, channels, out);
  }

  private static void colours(
      long[] pairs, Weights columns, byte[] out, int upper, int lower, int width) {
    int[] weights = columns.values;
    for (int x = 0; x < width; x++) {
      int weight = x * columns.stride;
      int end = weight + columns.counts[x];
      int source = columns.starts[x] * 3;
      long red = HALVES;
      long green = HALVES;
      long blue = HALVES;
      for (; weight < end; weight++, source += 3) {
        long w = weights[weight];
        red += pairs[source] * w;
        green += pairs[source + 1] * w;
        blue += pairs[source + 2] * w;
      }
      int at = 3 * x;
      out[upper + at] = clip(low(red));
      out[upper + at + 1] = clip(low(green));
      out[upper + at + 2] = clip(low(blue));
      out[lower + at] = clip(high(red));
      out[lower + at + 1] = clip(high(green));
      out[lower + at + 2] = clip(high(blue));
    }
  }

  private static void greys(
      long[] pairs, Weights columns, byte[] out, int upper, int lower, int width) {
    int[] weights = columns.values;
    for (int x = 0; x < width; x++) {
      int weight = x * columns.stride;
      int end = weight + columns.counts[x];
      int source = columns.starts[x];
      long grey = HALVES;
      for (; weight < end; weight++, source++) {
        grey += pairs[source] * weights[weight];
      }
      out[upper + x] = clip(low(grey));
      out[lower + x] = clip(high(grey));
    }
  }

  /**
   * The picture begins at {@code firstRow} of the one that the weights are for. Two neighbours in a
   * row at once: a value of each in one long.
   */
  private static Picture vertically(Picture picture, Weights weights, int height, int firstRow) {
    int rowLength = picture.width() * picture.channels();
    byte[] in = picture.sharedValues();
    byte[] out = new byte[Math.multiplyExact(rowLength, height)];
    int stride = (rowLength + 1) / 2;
    long[] pairs = new long[Math.multiplyExact(stride, picture.height())];
    for (int y = 0; y < picture.height(); y++) {
      int row = y * rowLength;
      int next = y * stride;
      for (int x = 0; x + 1 < rowLength; x += 2) {
        pairs[next++] = pair(in[row + x], in[row + x + 1]);
      }
      if (next < (y + 1) * stride) {
        pairs[next] = pair(in[row + rowLength - 1], (byte) 0);
      }
    }
    int[] values = weights.values;
    for (int y = 0; y < height; y++) {
      int first = y * weights.stride;
      int end = first + weights.counts[y];
      int source = (weights.starts[y] - firstRow) * stride;
      int next = y * rowLength;
      int x = 0;
      for (; x + 4 <= rowLength; x += 4, source += 2) {
        long one = HALVES;
        long two = HALVES;
        int place = source;
        for (int weight = first; weight < end; weight++, place += stride) {
          long w = values[weight];
          one += pairs[place] * w;
          two += pairs[place + 1] * w;
        }
        out[next + x] = clip(low(one));
        out[next + x + 1] = clip(high(one));
        out[next + x + 2] = clip(low(two));
        out[next + x + 3] = clip(high(two));
      }
      for (; x < rowLength; x += 2, source++) {
        long rest = HALVES;
        int place = source;
        for (int weight = first; weight < end; weight++, place += stride) {
          rest += pairs[place] * values[weight];
        }
        out[next + x] = clip(low(rest));
        if (x + 1 < rowLength) {
          out[next + x + 1] = clip(high(rest));
        }
      }
    }
    return Picture.wrap(picture.width(), height, picture.channels(), out);
  }

  private static long pair(byte low, byte high) {
    return (low & 0xFFL) | ((high & 0xFFL) << 32);
  }

  private static int low(long sums) {
    return (int) sums;
  }

  /** What a negative lower sum has borrowed is given back. */
  private static int high(long sums) {
    return (int) ((sums - (int) sums) >> 32);
  }

  private static byte clip(int fixed) {
    int value = fixed >> PRECISION_BITS;
    return (byte) ((value & ~0xFF) == 0 ? value : value < 0 ? 0 : 255);
  }
}
