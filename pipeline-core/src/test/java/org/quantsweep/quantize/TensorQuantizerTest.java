package org.quantsweep.quantize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.quantsweep.BadInputException;
import org.quantsweep.UsageException;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;

class TensorQuantizerTest {
  private static final Offset<Float> EIGHT_PLACES = within(6e-9f);

  /**
   * Two channels; the expected numbers below are those of coremltools 9.1 for these weights,
   * printed to eight places. The last bit is tested against NumPy.
   */
  private static final Tensor TWO_CHANNELS =
      tensor(Shape.of(2, 4), -1, -.3f, .2f, .75f, .5f, .1f, -.25f, .3f);

  @ParameterizedTest
  @CsvSource({
    "linear:1, 57, 1.75, 0.75",
    "linear:2, 27 210, 0.58333331, 0.25",
    "linear:3, 14 254 197, 0.25, 0.10714286",
    "linear:4, 6 175 247 11, 0.11666667, 0.05",
    "linear:5, 3 43 255 184 23, 0.05645161, 0.02419355",
    "linear:6, 1 154 255 253 208 46, 0.02777778, 0.01190476",
    "linear:7, 0 206 191 255 238 192 93, 0.01377953, 0.00590551",
    "linear:8, 0 102 175 255 255 119 0 187, 0.00686275, 0.00294118"
  })
  void linearCodesScalesAndBiasesAreThoseOfCoremltools(
      String scheme, String bytes, float first, float second) {
    LinearWeights weights = (LinearWeights) quantize(TWO_CHANNELS, 0, 2, scheme);
    assertThat(packed(weights)).isEqualTo(bytes);
    assertThat(weights.scales()).containsExactly(new float[] {first, second}, EIGHT_PLACES);
    assertThat(weights.biases()).containsExactly(-1, -.25f);
  }

  @Test
  void symmetricCodesScalesAndBiasesAreThoseOfCoremltools() {
    LinearWeights weights = (LinearWeights) quantize(TWO_CHANNELS, 0, 2, "linear-symmetric:8");
    assertThat(packed(weights)).isEqualTo("1 90 153 223 255 153 64 204");
    assertThat(weights.scales())
        .containsExactly(new float[] {0.00787402f, 0.00393701f}, EIGHT_PLACES);
    assertThat(weights.biases())
        .containsExactly(new float[] {-1.007874f, -0.503937f}, within(6e-8f));
  }

  @Test
  void everyBitIsThatOfTheFormulasInNumPy() {
    Tensor weights = Tensor.wrap(Shape.of(8, 10), Fixtures.weights().get("normal"));
    List<String[]> cases = Fixtures.lines("linear.csv");
    assertThat(cases).hasSize(25);
    for (String[] cells : cases) {
      CodedWeights quantized = quantize(weights, 0, 8, cells[0]);
      assertThat(quantized.sharedCodes()).as(cells[0]).isEqualTo(HexFormat.of().parseHex(cells[1]));
      assertThat(stored(quantized))
          .as(cells[0])
          .containsExactlyElementsOf(List.of(cells).subList(2, cells.length));
    }
  }

  private static List<String> stored(CodedWeights quantized) {
    List<String> bits = new ArrayList<>();
    float[][] parts =
        quantized instanceof LinearWeights linear
            ? new float[][] {linear.scales(), linear.biases()}
            : new float[][] {((LookUpTableWeights) quantized).table()};
    for (float[] part : parts) {
      for (float value : part) {
        bits.add(String.format("%08x", Float.floatToRawIntBits(value)));
      }
    }
    return bits;
  }

  @Test
  void tablesOfEqualStepsAreThoseOfCoremltools() {
    LookUpTableWeights two = (LookUpTableWeights) quantize(TWO_CHANNELS, 0, 2, "lut-linear:2");
    assertThat(packed(two)).isEqualTo("27 230");
    assertThat(two.table()).containsExactly(-1, -0.41666666f, 0.16666667f, 0.75f);
    LookUpTableWeights three = (LookUpTableWeights) quantize(TWO_CHANNELS, 0, 2, "lut-linear:3");
    assertThat(packed(three)).isEqualTo("14 253 29");
    assertThat(three.table()).containsExactly(-1, -.75f, -.5f, -.25f, 0, .25f, .5f, .75f);
  }

  @Test
  void channelsAlongTheSecondAxisAreThoseOfCoremltools() {
    float[] values = new float[16];
    for (int i = 0; i < values.length; i++) {
      values[i] = i / 4f;
    }
    LinearWeights weights =
        (LinearWeights) quantize(Tensor.wrap(Shape.of(2, 2, 2, 2), values), 1, 2, "linear:4");
    assertThat(packed(weights)).isEqualTo("1 52 1 52 188 239 188 239");
    assertThat(weights.scales()).containsExactly(.18333334f, .18333334f);
    assertThat(weights.biases()).containsExactly(0, 1);
  }

  @Test
  void groupsOfADeconvolutionHaveChannelsOfTheirOwn() {
    // [C_in = 2, C_out / groups = 2, 1, 2] in two groups: four output channels of two weights each.
    Tensor weights = tensor(Shape.of(2, 2, 1, 2), 0, 1, 10, 12, 100, 104, 1000, 1008);
    LinearWeights quantized = (LinearWeights) quantize(weights, 1, 4, "linear:1");
    assertThat(quantized.scales()).containsExactly(1, 2, 4, 8);
    assertThat(quantized.biases()).containsExactly(0, 10, 100, 1000);
    assertThat(quantized.dequantize()).isEqualTo(weights);
  }

  @Test
  void perTensorHasOneScale() {
    LinearWeights weights = (LinearWeights) quantize(TWO_CHANNELS, 0, 2, "linear:3@tensor");
    assertThat(weights.scales()).containsExactly(.25f);
    assertThat(weights.biases()).containsExactly(-1);
  }

  @Test
  void aChannelOfSmallRangeKeepsItsWeightsWhichCoremltoolsCollapses() {
    // Range 3e-6 at 2 bits: the scale is exactly within coremltools' limit of 1e-6.
    Tensor weights = tensor(Shape.of(1, 4), 1e-6f, 2e-6f, 3e-6f, 4e-6f);
    for (String scheme : new String[] {"linear:2", "lut-linear:2"}) {
      CodedWeights quantized = quantize(weights, 0, 1, scheme);
      assertThat(quantized.sharedCodes()).containsExactly(0, 1, 2, 3);
      assertThat(quantized.dequantize().toArray())
          .containsExactly(weights.toArray(), within(1e-12f));
    }
  }

  @Test
  void symmetricMeetsTinyWeightsWhichCoremltoolsTurnsAround() {
    // coremltools gives -1.0079e-7 for a constant 1e-7.
    Tensor weights = tensor(Shape.of(2, 2), 1e-7f, 1e-7f, -2e-20f, 1e-20f);
    CodedWeights quantized = quantize(weights, 0, 2, "linear-symmetric:8");
    assertThat(quantized.sharedCodes()).containsExactly(255, 255, 1, 192);
    assertThat(quantized.dequantize().get(0)).isCloseTo(1e-7f, within(1e-13f));
    assertThat(quantized.dequantize().get(2)).isCloseTo(-2e-20f, within(1e-26f));
    assertThat(quantized.dequantize().get(3)).isCloseTo(1e-20f, within(1e-22f));
  }

  @Test
  void equalWeightsAreExactWithAScaleOfZero() {
    Tensor weights = tensor(Shape.of(2, 2), 0, 0, 3.7f, 3.7f);
    LinearWeights linear = (LinearWeights) quantize(weights, 0, 2, "linear:4");
    assertThat(linear.scales()).containsExactly(0, 0);
    assertThat(linear.dequantize()).isEqualTo(weights);
    assertThat(quantize(weights, 0, 1, "lut-linear:1").dequantize().get(3)).isEqualTo(3.7f);
    LinearWeights zeros =
        (LinearWeights) quantize(tensor(Shape.of(2), 0, 0), 0, 1, "linear-symmetric:8");
    assertThat(zeros.sharedCodes()).containsExactly(0, 0);
    assertThat(zeros.dequantize().toArray()).containsExactly(0, 0);
  }

  @Test
  void subnormalWeightsAreMetWithinHalfAStoredScale() {
    float least = Float.MIN_VALUE;
    Tensor weights = tensor(Shape.of(1, 4), 0, 5 * least, 100 * least, 300 * least);
    for (String scheme : new String[] {"linear:2", "linear:8", "linear-symmetric:8"}) {
      LinearWeights quantized = (LinearWeights) quantize(weights, 0, 1, scheme);
      float[] decoded = quantized.dequantize().toArray();
      assertThat(quantized.scales()[0]).isPositive();
      for (int i = 0; i < decoded.length; i++) {
        assertThat((double) decoded[i])
            .isCloseTo(weights.get(i), within(quantized.scales()[0] / 2.0 + least));
      }
    }
  }

  @Test
  void aRangeBeyondFloatIsRefusedWhereItCannotBeStored() {
    Tensor weights = tensor(Shape.of(2), -3e38f, 3e38f);
    assertThatThrownBy(() -> quantize(weights, 0, 1, "linear:1"))
        .isInstanceOf(BadInputException.class)
        .hasMessage(
            "weights of channel 0 span more than a float32 scale (Infinity) and bias (-3.0E38) can"
                + " hold.\nMaybe quantize this weight tensor by a look-up table.");
    assertThat(quantize(weights, 0, 1, "linear:2").dequantize().get(0)).isEqualTo(-3e38f);
    assertThat(quantize(weights, 0, 1, "lut-linear:1").dequantize()).isEqualTo(weights);
    assertThat(quantize(weights, 0, 1, "lut-kmeans:1").dequantize()).isEqualTo(weights);
  }

  @Test
  void weightsThatAreNotFiniteAreRefused() {
    assertThatThrownBy(() -> new NetworkQuantizer(tensor(Shape.of(2), 1, Float.NaN), 0, 1))
        .isInstanceOf(BadInputException.class)
        .hasMessage(
            "weight (NaN) at place 1 of [2] cannot be quantized: it is not a finite number.\n"
                + "Maybe leave this weight tensor in full precision.");
    assertThatThrownBy(
            () -> new NetworkQuantizer(tensor(Shape.of(1), Float.NEGATIVE_INFINITY), 0, 1))
        .isInstanceOf(BadInputException.class)
        .hasMessageStartingWith("weight (-Infinity) at place 0 of [1] cannot be quantized");
  }

  @Test
  void scalesMustFitTheShape() {
    assertThatThrownBy(() -> new NetworkQuantizer(TWO_CHANNELS, 0, 3))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("3 scales do not fit shape [2, 4] along axis 0.");
    assertThatThrownBy(() -> new NetworkQuantizer(tensor(Shape.of(0, 3)), 0, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("shape [0, 3] holds no weights to quantize.");
  }

  @Property
  void everyLinearWeightIsMetWithinHalfAScale(
      @ForAll @IntRange(min = 1, max = 8) int bits,
      @ForAll @IntRange(min = 1, max = 5) int outer,
      @ForAll @IntRange(min = 1, max = 4) int channels,
      @ForAll @IntRange(min = 1, max = 6) int inner,
      @ForAll @IntRange(min = -40, max = 30) int exponent,
      @ForAll long seed) {
    Random random = new Random(seed);
    float[] values = new float[outer * channels * inner];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) Math.scalb(random.nextGaussian() + 0.3, exponent);
    }
    Tensor weights = Tensor.wrap(Shape.of(outer, channels, inner), values);
    for (String scheme : new String[] {"linear:" + bits, "linear-symmetric:8"}) {
      LinearWeights quantized = (LinearWeights) quantize(weights, 1, channels, scheme);
      float[] decoded = quantized.dequantize().toArray();
      for (int i = 0; i < values.length; i++) {
        int channel = channels == 1 ? 0 : i / inner % channels;
        // Half a scale, and what float32 scale, bias and weight round; no draw exceeds 2^4.
        double rounding = Math.scalb(1.0, exponent + 4 - 22);
        double allowed = quantized.scales()[channel] / 2.0 + rounding;
        assertThat((double) decoded[i]).isCloseTo(values[i], within(allowed));
      }
    }
  }

  @Property
  void perChannelDoesNotDependOnOtherChannels(@ForAll long seed) {
    Random random = new Random(seed);
    float[] both = new float[12];
    for (int i = 0; i < both.length; i++) {
      both[i] = random.nextFloat() * (i < 6 ? 1 : 100);
    }
    float[] first = Arrays.copyOf(both, 6);
    float[] together =
        quantize(Tensor.wrap(Shape.of(2, 6), both), 0, 2, "linear:3").dequantize().toArray();
    float[] alone =
        quantize(Tensor.wrap(Shape.of(1, 6), first), 0, 1, "linear:3").dequantize().toArray();
    assertThat(Arrays.copyOf(together, 6)).isEqualTo(alone);
  }

  @Test
  void aPluginsTableIsSortedAndGetsNearestCodes() {
    LookUpTableWeights weights =
        (LookUpTableWeights) quantize(TWO_CHANNELS, 0, 2, "lut-custom:test-descending:2");
    assertThat(weights.table()).containsExactly(-3, -2, -1, 0);
    assertThat(weights.sharedCodes()).containsExactly(2, 3, 3, 3, 3, 3, 3, 3);
  }

  @Test
  void aPluginsTableMustHaveTheRightLength() {
    assertThatThrownBy(() -> quantize(TWO_CHANNELS, 0, 2, "lut-custom:test-descending:3"))
        .isInstanceOf(UsageException.class)
        .hasMessage(
            "look-up table fitter 'test-descending' made 4 entries, but 3 bits need 8"
                + " (2^numberOfBits).\nMaybe pad the table in the plugin.");
  }

  @Test
  void aPluginsFailureNamesThePlugin() {
    assertThatThrownBy(() -> quantize(TWO_CHANNELS, 0, 2, "lut-custom:test-descending:1"))
        .isInstanceOf(UsageException.class)
        .hasMessage(
            "look-up table fitter 'test-descending' failed on [2, 4] at 1 bits:"
                + " java.lang.IllegalStateException: not today\n"
                + "Maybe try a newer version of the plugin than 7.");
  }

  @Test
  void anUnknownPluginIsNamed() {
    assertThatThrownBy(() -> quantize(TWO_CHANNELS, 0, 2, "lut-custom:nobody:3"))
        .isInstanceOf(UsageException.class)
        .hasMessage(
            "look-up table fitter 'nobody' is not known: no plugin brings it.\n"
                + "Maybe name its jar with --plugins.");
  }

  /** Found by ServiceLoader through src/test/resources/META-INF/services. */
  public static final class Descending implements LookUpTableFitter {
    @Override
    public String id() {
      return "test-descending";
    }

    @Override
    public String version() {
      return "7";
    }

    @Override
    public float[] fit(Tensor weights, NumberOfBits bits) {
      if (bits.bits() == 1) {
        throw new IllegalStateException("not today");
      }
      return new float[] {0, -1, -2, -3};
    }
  }

  private static Tensor tensor(Shape shape, float... values) {
    return Tensor.wrap(shape, values);
  }

  private static CodedWeights quantize(Tensor weights, int axis, int scales, String scheme) {
    return new NetworkQuantizer(weights, axis, scales)
        .quantize((Scheme.Quantization) Scheme.parse(scheme));
  }

  private static String packed(CodedWeights weights) {
    StringBuilder text = new StringBuilder();
    for (byte part : CodePacker.packMostSignificantFirst(weights.sharedCodes(), weights.bits())) {
      text.append(text.isEmpty() ? "" : " ").append(part & 255);
    }
    return text.toString();
  }
}
