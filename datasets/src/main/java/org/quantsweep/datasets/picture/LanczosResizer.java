package org.quantsweep.datasets.picture;

/**
 * Resizes as Pillow's {@code Image.resize(size, LANCZOS)} does for 8-bit pictures, to the last bit:
 * agreement figures depend on it, and coremltools uses it. Separable, window a = 3 widened by the
 * reduction, weights in fixed point of 22 bits, rounded to 8 bits between the passes, rows first.
 */
public final class LanczosResizer {
  private static final int PRECISION = 22;
  private static final double WINDOW = 3;

  private LanczosResizer() {}

  /** The picture at another size; itself when it has that size. */
  public static Pixels resize(Pixels picture, int width, int height) {
    Pixels rows = width == picture.width() ? picture : horizontal(picture, width);
    return height == rows.height() ? rows : vertical(rows, height);
  }

  private static Pixels horizontal(Pixels from, int width) {
    Kernel kernel = new Kernel(from.width(), width);
    int channels = from.channels();
    byte[] in = from.sharedSamples();
    byte[] out = new byte[width * from.height() * channels];
    for (int y = 0; y < from.height(); y++) {
      int row = y * from.width() * channels;
      for (int x = 0; x < width; x++) {
        int start = row + kernel.first[x] * channels;
        for (int channel = 0; channel < channels; channel++) {
          int sum = 1 << (PRECISION - 1);
          int at = start + channel;
          for (int weight : kernel.weights[x]) {
            sum += (in[at] & 255) * weight;
            at += channels;
          }
          out[(y * width + x) * channels + channel] = clip(sum);
        }
      }
    }
    return new Pixels(width, from.height(), channels, out);
  }

  private static Pixels vertical(Pixels from, int height) {
    Kernel kernel = new Kernel(from.height(), height);
    int stride = from.width() * from.channels();
    byte[] in = from.sharedSamples();
    byte[] out = new byte[stride * height];
    int[] sums = new int[stride];
    for (int y = 0; y < height; y++) {
      java.util.Arrays.fill(sums, 1 << (PRECISION - 1));
      int at = kernel.first[y] * stride;
      for (int weight : kernel.weights[y]) {
        for (int i = 0; i < stride; i++) {
          sums[i] += (in[at + i] & 255) * weight;
        }
        at += stride;
      }
      for (int i = 0; i < stride; i++) {
        out[y * stride + i] = clip(sums[i]);
      }
    }
    return new Pixels(from.width(), height, from.channels(), out);
  }

  private static byte clip(int sum) {
    return (byte) Math.max(0, Math.min(255, sum >> PRECISION));
  }

  /** Which elements each output element is made of, and their weights. */
  private static final class Kernel {
    private final int[] first;
    private final int[][] weights;

    Kernel(int from, int to) {
      first = new int[to];
      weights = new int[to][];
      double scale = (double) from / to;
      double widening = Math.max(1, scale);
      double support = WINDOW * widening;
      for (int i = 0; i < to; i++) {
        double center = (i + 0.5) * scale;
        int begin = Math.max(0, (int) (center - support + 0.5));
        int end = Math.min(from, (int) (center + support + 0.5));
        double[] exact = new double[end - begin];
        double total = 0;
        for (int j = 0; j < exact.length; j++) {
          exact[j] = lanczos((j + begin - center + 0.5) * (1 / widening));
          total += exact[j];
        }
        first[i] = begin;
        weights[i] = new int[exact.length];
        for (int j = 0; j < exact.length; j++) {
          double weight = (total == 0 ? exact[j] : exact[j] / total) * (1 << PRECISION);
          weights[i][j] = (int) (weight < 0 ? weight - 0.5 : weight + 0.5);
        }
      }
    }

    private static double lanczos(double x) {
      return x >= -WINDOW && x < WINDOW ? sinc(x) * sinc(x / WINDOW) : 0;
    }

    private static double sinc(double x) {
      if (x == 0) {
        return 1;
      }
      double angle = x * Math.PI;
      return StrictMath.sin(angle) / angle;
    }
  }
}
