package org.quantsweep.quantize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tables of vectors that count differently. */
class VectorTablesTest {
  /** More than are learned from at once, too. */
  @ParameterizedTest
  @ValueSource(ints = {40, 3000, 70_000})
  void entriesAreTheMeansOfTheirVectorsByWhatTheseCount(int count) {
    Random random = new Random(count);
    float[] vectors = new float[2 * count];
    double[] counts = new double[count];
    for (int i = 0; i < count; i++) {
      counts[i] = i % 7 == 0 ? 100 : 1;
      vectors[2 * i] = (float) random.nextGaussian() + (i % 7 == 0 ? 2 : 0);
      vectors[2 * i + 1] = (float) random.nextGaussian();
    }
    float[] table = new VectorTables(vectors, 2, counts).fit(8);
    float[] alike = new VectorTables(vectors, 2).fit(8);
    assertThat(error(vectors, counts, table)).isLessThan(0.95 * error(vectors, counts, alike));
    double[] ones = new double[count];
    Arrays.fill(ones, 1);
    assertThat(new VectorTables(vectors, 2, ones).fit(8)).isEqualTo(alike);
    if (count == 40) {
      byte[] codes = VectorTables.nearest(vectors, table, 2);
      for (int entry = 0; entry < 8; entry++) {
        double mass = 0;
        double sum = 0;
        for (int i = 0; i < count; i++) {
          mass += codes[i] == entry ? counts[i] : 0;
          sum += codes[i] == entry ? counts[i] * vectors[2 * i] : 0;
        }
        assertThat(sum / mass).isCloseTo(table[2 * entry], within(1e-5));
      }
    }
  }

  private static double error(float[] vectors, double[] counts, float[] table) {
    byte[] codes = VectorTables.nearest(vectors, table, 2);
    double error = 0;
    for (int i = 0; i < codes.length; i++) {
      double x = vectors[2 * i] - table[2 * codes[i]];
      double y = vectors[2 * i + 1] - table[2 * codes[i] + 1];
      error += counts[i] * (x * x + y * y);
    }
    return error;
  }
}
