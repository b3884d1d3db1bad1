package org.quantsweep.quantize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;

/** One look-up table with a scale for each channel or block. */
class ScaledTablesTest {
  private static final WeightAxes ROWS = new WeightAxes(0, 1, 1);

  private static ScaledTableWeights made(FloatType type, Shape shape, float[] all, String scheme) {
    ProgramQuantizer quantizer = new ProgramQuantizer(Tensor.wrap(shape, all), type, ROWS);
    return (ScaledTableWeights) quantizer.quantize((Scheme.Compression) Scheme.parse(scheme));
  }

  /**
   * NumPy: {@code w / abs(w).max(1)} is -1, .5, .5, 1, a row of it counts 64 and 1: of two entries
   * the upper one is {@code (64 * .5 + .5 + 1) / 66}, and .5 in a float of 16 bits is 0.5078.
   */
  @ParameterizedTest
  @EnumSource(FloatType.class)
  void theTableIsOfLeastErrorOfTheWeightsNotOfWhatTheyAreWithoutScales(FloatType type) {
    float[] all = {-8, 4, .5f, 1};
    ScaledTableWeights made = made(type, Shape.of(2, 2), all, "lut:1@channel");
    assertThat(made.scales()).containsExactly(8, 1);
    assertThat(made.entries()).containsExactly(-1, type.round((float) (33.5 / 66)));
    assertThat(made.sharedCodes()).containsExactly(0, 1, 1, 1);
    float upper = made.entries()[1];
    assertThat(made.dequantize().toArray())
        .containsExactly(-8, type.round(8 * upper), upper, upper);
  }

  @Test
  void blocksAreNeighbouringInputsOfAnOutputAtAllPlaces() {
    float[] all = new float[2 * 4 * 3];
    for (int i = 0; i < all.length; i++) {
      all[i] = i + 1;
    }
    ScaledTableWeights made = made(FloatType.SINGLE, Shape.of(2, 4, 3), all, "lut:8@block2");
    assertThat(made.blocks()).isEqualTo(Shape.of(2, 2, 1));
    assertThat(made.scales()).containsExactly(6, 12, 18, 24);
    assertThat(made.dequantize().toArray()).containsExactly(all, within(1e-5f));
  }

  /** Also beside channels of other sizes, whose entries are not zero. */
  @Test
  void channelsOfZerosStayZero() {
    float[] all = {0, 0, 3, 2, 0, -0f, -5, 4};
    ScaledTableWeights made = made(FloatType.HALF, Shape.of(4, 2), all, "lut:1@channel");
    assertThat(made.scales()).containsExactly(0, 3, 0, 5);
    float[] decoded = made.dequantize().toArray();
    for (int i : new int[] {0, 1, 4, 5}) {
      assertThat(decoded[i]).isZero();
    }
    float[] none = new float[6];
    assertThat(made(FloatType.HALF, Shape.of(2, 3), none, "lut:2@channel").dequantize().toArray())
        .containsOnly(0);
  }

  /** The least error of two clusters of weights that count differently, by trying every border. */
  @Property(tries = 300)
  void importanceIsWhatWeightsCount(@ForAll @IntRange(min = 2, max = 30) int n, @ForAll long seed) {
    Random random = new Random(seed);
    float[] values = new float[n];
    long[] importance = new long[n];
    for (int i = 0; i < n; i++) {
      values[i] = random.nextInt(9) == 0 ? 0.25f : (float) random.nextGaussian();
      importance[i] = random.nextInt(5) == 0 ? 0 : 1L << random.nextInt(31);
    }
    float[] entries = new OptimalTables(values, importance).entries(2);
    double least = Double.POSITIVE_INFINITY;
    for (int border = 0; border < n; border++) {
      double error = 0;
      for (boolean upper : new boolean[] {false, true}) {
        double mass = 0;
        double moment = 0;
        for (int i = 0; i < n; i++) {
          if (values[i] > values[border] == upper) {
            mass += importance[i];
            moment += importance[i] * (double) values[i];
          }
        }
        for (int i = 0; i < n && mass > 0; i++) {
          if (values[i] > values[border] == upper) {
            error += importance[i] * Math.pow(values[i] - moment / mass, 2);
          }
        }
      }
      least = Math.min(least, error);
    }
    double found = 0;
    double squares = 0;
    for (int i = 0; i < n; i++) {
      double nearest = Double.POSITIVE_INFINITY;
      for (float entry : entries) {
        nearest = Math.min(nearest, Math.abs(values[i] - (double) entry));
      }
      found += importance[i] * nearest * nearest;
      squares += importance[i] * (double) values[i] * values[i];
    }
    assertThat(found).isCloseTo(least, within(least * 1e-9 + squares * 1e-13));
  }

  /** Equal importance is none: the same table, whatever its unit. */
  @Property(tries = 100)
  void equalImportanceChangesNothing(
      @ForAll @IntRange(min = 1, max = 200) int n, @ForAll long seed) {
    Random random = new Random(seed);
    float[] values = new float[n];
    long[] importance = new long[n];
    for (int i = 0; i < n; i++) {
      values[i] = (float) random.nextGaussian();
      importance[i] = 1 << 20;
    }
    assertThat(new OptimalTables(values, importance).entries(4))
        .containsExactly(new OptimalTables(values).entries(4), within(1e-6f));
  }

  /** With a scale for each channel the error is hardly ever larger, and here it cannot be. */
  @Test
  void scalesPayWhereChannelsDiffer() {
    Random random = new Random(5);
    float[] all = new float[16 * 64];
    for (int i = 0; i < all.length; i++) {
      all[i] = FloatType.HALF.round(random.nextGaussian() * Math.scalb(1.0, -(i / 64)));
    }
    ProgramQuantizer quantizer =
        new ProgramQuantizer(Tensor.wrap(Shape.of(16, 64), all), FloatType.HALF, ROWS);
    double scaled = error(all, quantizer, "lut:4@channel");
    assertThat(scaled).isLessThan(error(all, quantizer, "lut:4"));
    assertThat(error(all, quantizer, "lut:4@block16")).isLessThan(scaled);
  }

  private static double error(float[] all, ProgramQuantizer quantizer, String scheme) {
    Tensor decoded = quantizer.quantize((Scheme.Compression) Scheme.parse(scheme)).dequantize();
    double error = 0;
    for (int i = 0; i < all.length; i++) {
      error += Math.pow(all[i] - (double) decoded.get(i), 2);
    }
    return error;
  }

  @Test
  void isOfItsOwnSchemesOnly() {
    ScaledTableWeights made =
        made(FloatType.SINGLE, Shape.of(2, 2), new float[] {1, 2, 3, 4}, "lut:1@channel");
    assertThat(made.isOf((Scheme.Compression) Scheme.parse("lut:1@channel+calibrated"))).isTrue();
    assertThat(made.isOf((Scheme.Compression) Scheme.parse("lut:1"))).isFalse();
    assertThat(made.isOf((Scheme.Compression) Scheme.parse("lut:2@channel"))).isFalse();
    assertThat(made.isOf((Scheme.Compression) Scheme.parse("int4"))).isFalse();
  }
}
