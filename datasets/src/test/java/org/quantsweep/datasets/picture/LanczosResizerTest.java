package org.quantsweep.datasets.picture;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Against the same sums made one value after the other; that these are Pillow's, PillowTest says.
 */
class LanczosResizerTest {
  private static final int BITS = 22;

  @Test
  void eachValueIsTheRoundedSumOfItsSources() {
    Random random = new Random(5);
    for (int i = 0; i < 400; i++) {
      eachValueIsTheRoundedSum(random);
    }
  }

  private static void eachValueIsTheRoundedSum(Random random) {
    int fromWidth = 1 + random.nextInt(40);
    int fromHeight = 1 + random.nextInt(40);
    int width = 1 + random.nextInt(40);
    int height = 1 + random.nextInt(40);
    int channels = random.nextBoolean() ? 3 : 1;
    byte[] values = new byte[fromWidth * fromHeight * channels];
    for (int i = 0; i < values.length; i++) {
      // Steps between black and white reach beyond both ends.
      values[i] = (byte) (random.nextInt(3) == 0 ? random.nextInt(256) : random.nextInt(2) * 255);
    }
    Picture resized =
        LanczosResizer.resize(Picture.wrap(fromWidth, fromHeight, channels, values), width, height);

    byte[] across = values;
    if (width != fromWidth) {
      across = lines(values, fromHeight, fromWidth, channels, width);
    }
    byte[] expected = across;
    if (height != fromHeight) {
      expected = lines(across, 1, fromHeight, width * channels, height);
    }
    assertThat(resized.sharedValues()).isEqualTo(expected);
  }

  /** Resizes the middle one of three axes. */
  private static byte[] lines(byte[] in, int outer, int size, int inner, int newSize) {
    byte[] out = new byte[outer * newSize * inner];
    double scale = (double) (float) size / newSize;
    double wide = Math.max(scale, 1);
    for (int at = 0; at < newSize; at++) {
      double center = (at + 0.5) * scale;
      int start = Math.max((int) (center - 3 * wide + 0.5), 0);
      int count = Math.min((int) (center + 3 * wide + 0.5), size) - start;
      double[] weights = new double[count];
      double sum = 0;
      for (int i = 0; i < count; i++) {
        weights[i] = lanczos((i + start - center + 0.5) * (1 / wide));
        sum += weights[i];
      }
      for (int o = 0; o < outer; o++) {
        for (int n = 0; n < inner; n++) {
          int total = 1 << (BITS - 1);
          for (int i = 0; i < count; i++) {
            double fixed = weights[i] / sum * (1 << BITS);
            int weight = (int) (fixed < 0 ? fixed - 0.5 : fixed + 0.5);
            total += weight * (in[(o * size + start + i) * inner + n] & 0xFF);
          }
          out[(o * newSize + at) * inner + n] = (byte) Math.max(0, Math.min(255, total >> BITS));
        }
      }
    }
    return out;
  }

  private static double lanczos(double x) {
    return -3 <= x && x < 3 ? sinc(x) * sinc(x / 3) : 0;
  }

  private static double sinc(double x) {
    return x == 0 ? 1 : StrictMath.sin(x * Math.PI) / (x * Math.PI);
  }
}
