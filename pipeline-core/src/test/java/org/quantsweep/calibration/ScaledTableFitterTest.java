package org.quantsweep.calibration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.quantsweep.quantize.FloatType;

/** Where fits of tables with scales begin, and what their books say of themselves. */
class ScaledTableFitterTest {
  /** Weights that are a table times scales are found again, from scales that are off. */
  @Test
  void refinementFindsWhatWeightsWereMadeOf() {
    float[] entries = {-1, -0.25f, 0.5f, 1};
    float[] scales = {0.5f, 2, 8};
    Random random = new Random(3);
    float[] weights = new float[300];
    int[] places = new int[weights.length];
    double[] importance = new double[weights.length];
    for (int i = 0; i < weights.length; i++) {
      places[i] = i / 100;
      weights[i] = scales[places[i]] * entries[random.nextInt(4)];
      importance[i] = 0.1 + random.nextDouble();
    }
    DiagonalTables tables = new DiagonalTables(weights, importance, places, FloatType.SINGLE);
    ScaledTableStart found =
        tables.refined(
            new ScaledTableStart(
                new float[] {-0.9f, -0.3f, 0.4f, 1.1f}, new float[] {0.45f, 2.1f, 8.2f}));
    AscendingTable codes = new AscendingTable(found.entries());
    for (int i = 0; i < weights.length; i++) {
      float scale = found.scales()[places[i]];
      float decoded = scale * codes.entry(codes.nearest(weights[i] / scale));
      assertThat(decoded).isCloseTo(weights[i], within(1e-4f * scales[places[i]]));
    }
  }

  /** The fourth root of the mean fourth power, times the reach; by hand. */
  @Test
  void spreadIsByFourthMoments() {
    float[] weights = {1, 1, 1, 3, 0, 0};
    int[] places = {0, 0, 0, 0, 1, 1};
    double[] importance = {1, 1, 1, 1, 1, 1};
    DiagonalTables tables = new DiagonalTables(weights, importance, places, FloatType.SINGLE);
    ScaledTableStart spread =
        tables.spread(new ScaledTableStart(new float[] {-1, 1}, new float[] {3, 0}));
    assertThat(spread.scales()[0]).isCloseTo((float) (2.5 * Math.pow(21, 0.25)), within(1e-5f));
    assertThat(spread.scales()[1]).isZero();
  }

  @Test
  void scalesThatTheTypeCannotHoldAreLeftAsTheyWere() {
    assertThat(DiagonalTables.stored(FloatType.HALF, 1.0003, 2)).isEqualTo(1);
    assertThat(DiagonalTables.stored(FloatType.HALF, 1e-6, 2)).isEqualTo(2);
    assertThat(DiagonalTables.stored(FloatType.HALF, -1, 2)).isEqualTo(2);
    assertThat(DiagonalTables.stored(FloatType.HALF, 70000, 2)).isEqualTo(2);
    assertThat(DiagonalTables.stored(FloatType.HALF, Double.NaN, 2)).isEqualTo(2);
  }
}
