package org.quantsweep.quantize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;

/** Packed bytes, scales, biases and tables that coremltools makes of eight weights. */
class GoldenVectorsTest {
  private static final Tensor WEIGHTS =
      Tensor.wrap(Shape.of(2, 4), new float[] {-1, -.3f, .2f, .75f, .5f, .1f, -.25f, .3f});

  @ParameterizedTest
  @CsvSource({
    "linear:1, 57, 1.75 0.75",
    "linear:2, 27 210, 0.58333331 0.25",
    "linear:3, 14 254 197, 0.25 0.10714286",
    "linear:4, 6 175 247 11, 0.11666667 0.05",
    "linear:5, 3 43 255 184 23, 0.05645161 0.02419355",
    "linear:6, 1 154 255 253 208 46, 0.02777778 0.01190476",
    "linear:7, 0 206 191 255 238 192 93, 0.01377953 0.00590551",
    "linear:8, 0 102 175 255 255 119 0 187, 0.00686275 0.00294118",
  })
  void linearWithAScalePerChannel(String scheme, String bytes, String scales) {
    LinearWeights weights = linear(WEIGHTS, 0, scheme);

    assertThat(packed(weights)).isEqualTo(bytes);
    assertSame(weights.scales(), scales);
    assertThat(weights.biases()).containsExactly(-1, -.25f);
  }

  @Test
  void symmetric() {
    LinearWeights weights = linear(WEIGHTS, 0, "linear-symmetric:8");

    assertThat(packed(weights)).isEqualTo("1 90 153 223 255 153 64 204");
    assertSame(weights.scales(), "0.00787402 0.00393701");
    assertSame(weights.biases(), "-1.00787401 -0.50393701");
  }

  @ParameterizedTest
  @CsvSource({
    "lut-linear:2, 27 230, -1 -0.41666666 0.16666667 0.75",
    "lut-linear:3, 14 253 29, -1 -0.75 -0.5 -0.25 0 0.25 0.5 0.75",
  })
  void tableOfEqualSteps(String scheme, String bytes, String table) {
    LookUpTableWeights weights = (LookUpTableWeights) quantized(WEIGHTS, 0, scheme);

    assertThat(packed(weights)).isEqualTo(bytes);
    assertSame(weights.table(), table);
  }

  @Test
  void deconvolutionHasItsChannelsAlongTheSecondAxis() {
    float[] quarters = new float[16];
    for (int i = 0; i < quarters.length; i++) {
      quarters[i] = i / 4f;
    }

    LinearWeights weights = linear(Tensor.wrap(Shape.of(2, 2, 2, 2), quarters), 1, "linear:4");

    assertThat(packed(weights)).isEqualTo("1 52 1 52 188 239 188 239");
    assertSame(weights.scales(), ".18333334 .18333334");
    assertThat(weights.biases()).containsExactly(0, 1);
  }

  private static CodedWeights quantized(Tensor weights, int axis, String scheme) {
    return new NetworkQuantizer(weights, axis, weights.shape().length(axis))
        .quantize((Scheme.Quantization) Scheme.parse(scheme));
  }

  private static LinearWeights linear(Tensor weights, int axis, String scheme) {
    return (LinearWeights) quantized(weights, axis, scheme);
  }

  private static String packed(CodedWeights weights) {
    StringBuilder bytes = new StringBuilder();
    for (byte one : CodePacker.packMostSignificantFirst(weights.sharedCodes(), weights.bits())) {
      bytes.append(bytes.isEmpty() ? "" : " ").append(one & 255);
    }
    return bytes.toString();
  }

  /** The table was printed with eight decimals: the last one may be half a unit off. */
  private static void assertSame(float[] values, String printed) {
    String[] expected = printed.split(" ");
    assertThat(values).hasSize(expected.length);
    for (int i = 0; i < values.length; i++) {
      assertThat((double) values[i]).isCloseTo(Double.parseDouble(expected[i]), within(5.1e-9));
    }
  }
}
