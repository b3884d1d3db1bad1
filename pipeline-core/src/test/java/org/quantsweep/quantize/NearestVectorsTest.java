package org.quantsweep.quantize;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NearestVectorsTest {
  /** With and without cells; half of the points lie far outside of the entries. */
  @ParameterizedTest
  @CsvSource({"2, 256, 100000", "2, 16, 100000", "2, 256, 10", "2, 2, 100000", "3, 64, 100000"})
  void theFirstOfTheNearestIsFound(int length, int count, int points) {
    Random random = new Random(count);
    float[] entries = new float[count * length];
    for (int i = 0; i < entries.length; i++) {
      // Rounded, so that some entries are equal and some points have several nearest ones.
      entries[i] = Math.round(8 * random.nextGaussian()) / 8f;
    }
    NearestVectors nearest = new NearestVectors(entries, length, points);
    double[] point = new double[length];
    for (int i = 0; i < 3000; i++) {
      for (int j = 0; j < length; j++) {
        point[j] = Math.round(8 * random.nextGaussian() * (1 + 5 * (i % 2))) / 8.0;
      }
      int best = 0;
      double least = Double.POSITIVE_INFINITY;
      for (int entry = 0; entry < count; entry++) {
        double distance = 0;
        for (int j = 0; j < length; j++) {
          double difference = point[j] - entries[entry * length + j];
          distance += difference * difference;
        }
        if (distance < least) {
          least = distance;
          best = entry;
        }
      }
      assertThat(nearest.nearest(point)).isEqualTo(best);
    }
  }
}
