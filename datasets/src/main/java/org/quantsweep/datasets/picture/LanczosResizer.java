package org.quantsweep.datasets.picture;

import java.util.Arrays;

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

  private static Picture horizontally(
      Picture picture, Weights columns, int width, int firstRow, int lastRow) {
    int channels = picture.channels();
    int rows = lastRow - firstRow;
    byte[] in = picture.sharedValues();
    byte[] out = new byte[Math.multiplyExact(Math.multiplyExact(rows, width), channels)];
    int rowLength = picture.width() * channels;
    int next = 0;
    for (int y = 0; y < rows; y++) {
      int rowStart = (y + firstRow) * rowLength;
      for (int x = 0; x < width; x++) {
        int weight = x * columns.stride;
        int count = columns.counts[x];
        int source = rowStart + columns.starts[x] * channels;
        if (channels == 3) {
          int red = 1 << (PRECISION_BITS - 1);
          int green = red;
          int blue = red;
          for (int i = 0; i < count; i++, source += 3) {
            int w = columns.values[weight + i];
            red += (in[source] & 0xFF) * w;
            green += (in[source + 1] & 0xFF) * w;
            blue += (in[source + 2] & 0xFF) * w;
          }
          out[next++] = clip(red);
          out[next++] = clip(green);
          out[next++] = clip(blue);
        } else {
          int grey = 1 << (PRECISION_BITS - 1);
          for (int i = 0; i < count; i++) {
            grey += (in[source + i] & 0xFF) * columns.values[weight + i];
          }
          out[next++] = clip(grey);
        }
      }
    }
    return Picture.wrap(width, rows, channels, out);
  }

  /** The picture begins at {@code firstRow} of the one that the weights are for. */
  private static Picture vertically(Picture picture, Weights weights, int height, int firstRow) {
    int rowLength = picture.width() * picture.channels();
    byte[] in = picture.sharedValues();
    byte[] out = new byte[Math.multiplyExact(rowLength, height)];
    int[] sums = new int[rowLength];
    for (int y = 0; y < height; y++) {
      Arrays.fill(sums, 1 << (PRECISION_BITS - 1));
      for (int i = 0; i < weights.counts[y]; i++) {
        int w = weights.values[y * weights.stride + i];
        int source = (weights.starts[y] - firstRow + i) * rowLength;
        for (int x = 0; x < rowLength; x++) {
          sums[x] += (in[source + x] & 0xFF) * w;
        }
      }
      int next = y * rowLength;
      for (int x = 0; x < rowLength; x++) {
        out[next + x] = clip(sums[x]);
      }
    }
    return Picture.wrap(picture.width(), height, picture.channels(), out);
  }

  private static byte clip(int fixed) {
    return (byte) Math.max(0, Math.min(255, fixed >> PRECISION_BITS));
  }
}
