package org.quantsweep.calibration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.quantsweep.quantize.FloatType;
import org.quantsweep.quantize.NumberOfBits;
import org.quantsweep.quantize.ScaledTableWeights;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;

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

  /** One scale for all weights adds nothing to a table: both are fitted alike. */
  @Test
  void aTableWithOneScaleIsFittedAsWellAsATable() {
    int channels = 48;
    int n = 64;
    Random random = new Random(7);
    double[] second = PanelSearchTest.second(random, n);
    float[] weights = new float[channels * n];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = (float) random.nextGaussian();
    }
    float[] entries = {-2.15f, -1.34f, -0.76f, -0.25f, 0.25f, 0.76f, 1.34f, 2.15f};
    Shape shape = Shape.of(channels, n);
    Matrix inputs = new Matrix(channels, n);
    ScaledTableWeights simple =
        new ScaledTableWeights(
            shape,
            new NumberOfBits(3),
            new byte[weights.length],
            FloatType.SINGLE,
            entries,
            Shape.of(1, 1),
            new float[] {1});
    EntryRounding floats = new EntryRounding(FloatType.SINGLE, false);
    TableBooks plain =
        new TableBooks(new float[][] {entries.clone()}, 1, weights.length, channel -> 0, floats);
    float[] decoded = new float[weights.length];
    Tensor scaled;
    try (RowMetric metric = PanelSearchTest.metric(second, n);
        TensorRows rows = new TensorRows(inputs, weights, group -> metric, 1, element -> true)) {
      rows.fit(plain, 3);
      rows.write(decoded);
      scaled =
          new ScaledTableFitter(Tensor.wrap(shape, weights), inputs, group -> metric, 3)
              .fit(simple)
              .dequantize();
    }
    double expected = error(weights, decoded, second, n);
    assertThat(error(weights, scaled.sharedArray(), second, n)).isLessThan(1.01 * expected);
  }

  /** By the definition. */
  private static double error(float[] weights, float[] decoded, double[] second, int n) {
    double error = 0;
    for (int row = 0; row < weights.length; row += n) {
      for (int i = 0; i < n; i++) {
        for (int j = 0; j < n; j++) {
          error +=
              (double) (weights[row + i] - decoded[row + i])
                  * second[i * n + j]
                  * (weights[row + j] - decoded[row + j]);
        }
      }
    }
    return error;
  }

  /** A layer that multiplies one matrix. */
  private static final class Matrix extends LayerInputs {
    Matrix(int rows, int columns) {
      super(1, rows, columns);
    }

    @Override
    int element(int group, int row, int column) {
      return row * columns() + column;
    }

    @Override
    int places(Tensor input) {
      throw new AssertionError(input);
    }

    @Override
    void gather(Tensor input, int place, int group, double[] x, int start) {
      throw new AssertionError(input);
    }
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
