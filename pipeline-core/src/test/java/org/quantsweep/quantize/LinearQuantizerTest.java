package org.quantsweep.quantize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.FloatRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;

/**
 * Where we keep weights that coremltools gives up, and the bound that the formula promises. What
 * equals coremltools is in {@link GoldenVectorsTest}.
 */
class LinearQuantizerTest {
  private static final NumberOfBits EIGHT = new NumberOfBits(8);

  @Test
  void aChannelOfSmallRangeKeepsItsWeights() {
    // The scale is 2^-20, below the 1e-6 at which coremltools sets every code to 0.
    float step = 0x1p-20f;
    LinearWeights weights = asymmetric(EIGHT, 1, 1 + step, 1 + 100 * step, 1 + 255 * step);

    assertThat(weights.sharedCodes()).containsExactly(0, 1, 100, 255);
    assertThat(weights.scales()).containsExactly(step);
    assertThat(weights.dequantize().toArray())
        .containsExactly(1, 1 + step, 1 + 100 * step, 1 + 255 * step);
  }

  @Test
  void tinyWeightsKeepTheirSignInTheSymmetricForm() {
    // coremltools gives -1.0079e-7 for 1e-7: code 0 times the scale, plus -128 scales.
    LinearWeights weights = symmetric(1e-7f, -1e-7f, 0);

    assertThat(weights.sharedCodes()).containsExactly(255, 1, 128);
    assertThat(weights.dequantize().toArray())
        .containsExactly(new float[] {1e-7f, -1e-7f, 0}, within(1e-13f));
  }

  @Test
  void equalWeightsAreExact() {
    LinearWeights weights = asymmetric(EIGHT, 0.1f, 0.1f, 0.1f);

    assertThat(weights.sharedCodes()).containsExactly(0, 0, 0);
    assertThat(weights.scales()).containsExactly(0);
    assertThat(weights.biases()).containsExactly(0.1f);
    assertThat(weights.dequantize().toArray()).containsExactly(0.1f, 0.1f, 0.1f);
  }

  @Test
  void zerosAreExactInTheSymmetricForm() {
    assertThat(symmetric(0, 0).dequantize().toArray()).containsExactly(0, 0);
  }

  @Test
  void aRangeOfOneSubnormalStaysInRange() {
    LinearWeights weights = asymmetric(EIGHT, 0, Float.MIN_VALUE);

    assertThat(weights.dequantize().toArray())
        .containsExactly(new float[] {0, 0}, within(Float.MIN_VALUE));
  }

  @Property
  void everyWeightIsAtMostHalfAStepOff(
      @ForAll @IntRange(min = 1, max = 8) int width,
      @ForAll @Size(min = 1, max = 30) List<@FloatRange(min = -1e6f, max = 1e6f) Float> some) {
    float[] values = new float[some.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = some.get(i);
    }
    LinearWeights weights = asymmetric(new NumberOfBits(width), values);

    float[] decoded = weights.dequantize().toArray();
    double largest = 0;
    for (float value : values) {
      largest = Math.max(largest, Math.abs(value));
    }
    // Scale and result are rounded to float32: a part of 2^-24 each, of at most twice the largest.
    double rounding = 3 * 0x1p-23 * largest + 1e-40;
    for (int i = 0; i < values.length; i++) {
      assertThat((double) decoded[i])
          .isCloseTo(values[i], within(weights.scales()[0] / 2.0 + rounding));
    }
  }

  private static LinearWeights asymmetric(NumberOfBits bits, float... values) {
    Shape shape = Shape.of(values.length);
    return LinearQuantizer.asymmetric(Tensor.wrap(shape, values), bits, Channels.whole(shape));
  }

  private static LinearWeights symmetric(float... values) {
    Shape shape = Shape.of(values.length);
    return LinearQuantizer.symmetric(Tensor.wrap(shape, values), EIGHT, Channels.whole(shape));
  }
}
