package org.quantsweep.quantize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.StringJoiner;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.quantsweep.BadInputException;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;

/**
 * Codes, scales, tables and decoded weights that coremltools 9.0 makes: by hand for a few weights,
 * and for what {@code make_program_quantize_fixtures.py} has drawn.
 */
class ProgramQuantizerTest {
  private static final String FIXTURES = "/quantize/program.csv";
  private static final WeightAxes ROWS = new WeightAxes(0, 1, 1);

  private static final float[] EIGHT = {.1f, .5f, -.25f, .3f, -1.2f, .7f, 2.5f, -.05f};

  private static final float[] THREE_ROWS = {
    .1f, .5f, -.25f, .3f, -.6f, .05f, .7f, -.02f,
    -1.2f, .7f, 2.5f, -.05f, .9f, -.3f, .01f, 1.1f,
    .4f, -.45f, .02f, .33f, -.2f, .6f, -.08f, .15f
  };

  private record Drawn(FloatType type, Tensor weights, WeightAxes axes) {
    private ProgramQuantizer quantizer() {
      return new ProgramQuantizer(weights, type, axes);
    }
  }

  private static List<String[]> lines() throws IOException {
    try (InputStream in = ProgramQuantizerTest.class.getResourceAsStream(FIXTURES)) {
      return new String(in.readAllBytes(), StandardCharsets.US_ASCII)
          .lines()
          .map(line -> line.split("\\|"))
          .toList();
    }
  }

  private static Map<String, Drawn> drawn() throws IOException {
    Map<String, Drawn> drawn = new HashMap<>();
    for (String[] line : lines()) {
      if (line[0].equals("weights")) {
        FloatType type = FloatType.valueOf(line[2].toUpperCase(java.util.Locale.ROOT));
        int[] shape = Arrays.stream(line[3].split(",")).mapToInt(Integer::parseInt).toArray();
        WeightAxes axes = new WeightAxes(Integer.parseInt(line[4]), Integer.parseInt(line[5]), 1);
        Tensor weights = Tensor.wrap(Shape.of(shape), floats(type, line[6]));
        drawn.put(line[1], new Drawn(type, weights, axes));
      }
    }
    return drawn;
  }

  private static float[] floats(FloatType type, String bits) {
    int digits = type == FloatType.HALF ? 4 : 8;
    float[] values = new float[bits.length() / digits];
    for (int i = 0; i < values.length; i++) {
      int one = Integer.parseUnsignedInt(bits.substring(i * digits, (i + 1) * digits), 16);
      values[i] =
          type == FloatType.HALF ? HalfPrecisionCodec.toFloat(one) : Float.intBitsToFloat(one);
    }
    return values;
  }

  private static QuantizedWeights quantized(ProgramQuantizer quantizer, String scheme) {
    return quantizer.quantize((Scheme.Compression) Scheme.parse(scheme));
  }

  private static QuantizedWeights quantized(
      FloatType type, Shape shape, WeightAxes axes, float[] weights, String scheme) {
    float[] rounded = new float[weights.length];
    for (int i = 0; i < rounded.length; i++) {
      rounded[i] = type.round(weights[i]);
    }
    return quantized(new ProgramQuantizer(Tensor.wrap(shape, rounded), type, axes), scheme);
  }

  @Test
  void weightsOfEveryKindDecodeToTheBitsOfCoremltools() throws IOException {
    Map<String, Drawn> drawn = drawn();
    List<String> different = new ArrayList<>();
    int compared = 0;
    for (String[] line : lines()) {
      if (line[0].equals("decoded")) {
        Drawn tensor = drawn.get(line[1]);
        float[] ours = quantized(tensor.quantizer(), line[2]).dequantize().toArray();
        // Zero has two signs, and no model can tell them apart in a weight.
        float[] theirs = floats(tensor.type(), line[3]);
        assertThat(ours).hasSameSizeAs(theirs);
        for (int i = 0; i < ours.length; i++) {
          if (ours[i] != theirs[i]) {
            different.add(line[1] + " " + line[2] + " at " + i + ": " + ours[i] + ", " + theirs[i]);
            break;
          }
        }
        compared++;
      }
    }
    assertThat(different).isEmpty();
    assertThat(compared).isGreaterThan(500);
  }

  @Test
  void tablesOfLeastErrorAreNoWorseThanThoseOfCoremltools() throws IOException {
    Map<String, Drawn> drawn = drawn();
    List<String> worse = new ArrayList<>();
    int compared = 0;
    for (String[] line : lines()) {
      if (line[0].equals("error")) {
        Drawn tensor = drawn.get(line[1]);
        Tensor decoded = quantized(tensor.quantizer(), line[2]).dequantize();
        double error = 0;
        for (int i = 0; i < decoded.size(); i++) {
          double difference = (double) tensor.weights().get(i) - decoded.get(i);
          error += difference * difference;
        }
        // Entries are rounded to the type; vectors are one draw of k-means there and here.
        double theirs = Double.parseDouble(line[3]);
        double slack = line[2].contains("vector") ? 1.1 : 1.002;
        if (error > theirs * slack + 1e-12) {
          worse.add(line[1] + " " + line[2] + ": " + error + ", " + theirs);
        }
        compared++;
      }
    }
    assertThat(worse).isEmpty();
    assertThat(compared).isGreaterThan(100);
  }

  @ParameterizedTest
  @CsvSource({
    "HALF, int8, 25 127 -64 76 -61 36 127 -3, , 1c08 250a",
    "SINGLE, int8, 25 127 -64 76 -61 36 127 -3, , 3b810204 3ca14285",
    "HALF, int4, 1 7 -4 4 -3 2 7 0, , 2c92 35b7",
    "SINGLE, int4, 1 7 -3 4 -3 2 7 0, , 3d924925 3eb6db6e",
    "HALF, uint4, 7 15 0 11 0 8 15 5, 5 5, 2a66 33e4",
    "SINGLE, uint4, 7 15 0 11 0 8 15 5, 5 5, 3d4ccccd 3e7c9630",
    "HALF, int4@block2, 1 7 -6 7 -7 4 7 0, , 2c92 297d 317d 35b7",
    // Theirs are signed and 128 or 8 less: the same distances from their zero points.
    "HALF, uint8@tensor, 90 117 66 104 0 131 255 80, 83, 236d",
    "HALF, uint4@block2, 3 15 0 15 0 15 15 0, 0 7 9 0, 2844 28b1 300e 3171",
  })
  void codesScalesAndZeroPointsAreThoseOfCoremltools(
      FloatType type, String scheme, String codes, String zeroPoints, String scales) {
    BlockwiseWeights weights =
        (BlockwiseWeights) quantized(type, Shape.of(2, 4), ROWS, EIGHT, scheme);
    assertThat(numbers(weights.sharedCodes(), weights.isSigned())).isEqualTo(codes);
    assertThat(numbers(weights.zeroPoints(), weights.isSigned()))
        .isEqualTo(zeroPoints == null ? "" : zeroPoints);
    assertThat(hexadecimal(type, weights.scales())).isEqualTo(scales);
  }

  @ParameterizedTest
  @CsvSource({
    "lut-linear:1, 0 0 0 0 0 1 1 0, bccd 4100",
    "lut-linear:2, 1 1 1 1 0 2 3 1, bccd 2840 3d11 4100",
    "lut-linear:3, 2 3 2 3 0 4 7 2, bccd b960 b098 3628 3b4e 3dc4 3fe1 40ff",
    "lut-linear:4, 5 7 4 6 0 8 15 5, bccd bba1 b9a8 b75e b2d8 2830 3478 3835 3a2e 3c14 3d10 3e0c"
        + " 3f09 4003 4081 40ff",
    "lut-linear:2@group1, 1 3 0 2 0 2 3 1, b400 0000 3400 3800 bccd 2840 3d11 4100",
  })
  void tablesOfEqualStepsAreThoseOfCoremltools(String scheme, String codes, String entries) {
    PalettizedWeights weights =
        (PalettizedWeights) quantized(FloatType.HALF, Shape.of(2, 4), ROWS, EIGHT, scheme);
    assertThat(numbers(weights.sharedCodes(), false)).isEqualTo(codes);
    assertThat(hexadecimal(FloatType.HALF, weights.entries())).isEqualTo(entries);
  }

  @ParameterizedTest
  @CsvSource({
    "lut-unique:3, 2 3 2 0 4 4 3 1, -1 0 1 2 3 0 0 0",
    "lut-unique:2@group1, 1 2 1 0 2 2 1 0, -1 1 2 0 0 2 3 0",
  })
  void tablesOfUniqueValuesAreThoseOfCoremltools(String scheme, String codes, String entries) {
    float[] values = {1, 2, 1, -1, 3, 3, 2, 0};
    PalettizedWeights weights =
        (PalettizedWeights) quantized(FloatType.HALF, Shape.of(2, 4), ROWS, values, scheme);
    assertThat(numbers(weights.sharedCodes(), false)).isEqualTo(codes);
    StringJoiner written = new StringJoiner(" ");
    for (float entry : weights.entries()) {
      written.add(Integer.toString((int) entry));
    }
    assertThat(written).hasToString(entries);
  }

  /** The vectors of coremltools, in its order, zeros behind them. */
  @Test
  void tablesOfUniqueVectorsAreThoseOfCoremltools() {
    float[] values = {1, 2, 1, 3, 4, 3, 1, 9, 5, 3, 9, 6};
    PalettizedWeights weights =
        (PalettizedWeights)
            quantized(FloatType.HALF, Shape.of(4, 3), ROWS, values, "lut-unique:3@vector2");
    assertThat(numbers(weights.sharedCodes(), false)).isEqualTo("0 1 0 0 3 2");
    assertThat(weights.entries()).containsExactly(1, 3, 2, 4, 5, 6, 9, 9, 0, 0, 0, 0, 0, 0, 0, 0);
    assertThatThrownBy(
            () -> quantized(FloatType.HALF, Shape.of(4, 3), ROWS, values, "lut-unique:1@vector2"))
        .isInstanceOf(BadInputException.class)
        .hasMessage(
            "it has more than 2 different vectors, more than lut-unique:1@vector2 can hold.\n"
                + "Maybe write lut:1@vector2.");
  }

  @Test
  void moreValuesThanATableHoldsAreRefused() {
    assertThatThrownBy(
            () -> quantized(FloatType.HALF, Shape.of(2, 4), ROWS, EIGHT, "lut-unique:1@group1"))
        .isInstanceOf(BadInputException.class)
        .hasMessage(
            "it has more than 2 different weights in one table, more than lut-unique:1@group1 can"
                + " hold.\nMaybe write lut:1@group1.");
  }

  @ParameterizedTest
  @CsvSource({
    "lut:1, 0 0 0 0 0 0 0 1 1 0, 3114 401a",
    "lut:2, 1 1 2 2 2 0 0 3 3 1, b4e2 2e9d 3830 401a",
  })
  void tablesOfLeastErrorAreThoseOfKmeans1d(String scheme, String codes, String entries) {
    float[] values = {.1f, .12f, .5f, .52f, .55f, -.3f, -.31f, 2, 2.1f, .09f};
    PalettizedWeights weights =
        (PalettizedWeights) quantized(FloatType.HALF, Shape.of(2, 5), ROWS, values, scheme);
    assertThat(numbers(weights.sharedCodes(), false)).isEqualTo(codes);
    assertThat(hexadecimal(FloatType.HALF, weights.entries())).isEqualTo(entries);
  }

  /** Four different pairs along the output channels have a table without error. */
  @Test
  void vectorsAreFoundWhereATableHoldsAllOfThem() {
    float[] values = {1, 2, 1, 3, 4, 3, 1, 9, 5, 3, 9, 6};
    PalettizedWeights weights =
        (PalettizedWeights)
            quantized(FloatType.HALF, Shape.of(4, 3), ROWS, values, "lut:2@vector2");
    assertThat(weights.dequantize().toArray()).containsExactly(values);
    assertThat(weights.cut().indices()).isEqualTo(Shape.of(2, 3));
    byte[] codes = weights.sharedCodes();
    assertThat(codes[0]).isEqualTo(codes[2]);
    assertThat(codes).hasSize(6);
    PalettizedWeights whole =
        (PalettizedWeights)
            quantized(FloatType.HALF, Shape.of(4, 3), ROWS, values, "lut:2@vector4");
    assertThat(whole.dequantize().toArray()).containsExactly(values);
    assertThat(whole.cut().indices()).isEqualTo(Shape.of(1, 3));
    assertThat(whole.entries()).hasSize(16);
  }

  @ParameterizedTest
  @CsvSource({
    "sparse:below0.2, 01101010, -0.5 0.25 0.3 0.8",
    "sparse:0.5, 01101010, -0.5 0.25 0.3 0.8",
    "sparse:0.3, 01101011, -0.5 0.25 0.3 0.8 -0.2",
    "sparse:0.25, 11101011, 0.1 -0.5 0.25 0.3 0.8 -0.2",
  })
  void theWeightsThatAreLeftAreThoseOfCoremltools(String scheme, String mask, String floats) {
    float[] values = {.1f, -.5f, .25f, 0, .3f, -.05f, .8f, -.2f};
    assertLeft(Shape.of(2, 4), values, scheme, mask, floats);
  }

  /** coremltools keeps less than half of zeros dense, by its minimum_sparsity_percentile of 0.5. */
  @Test
  void aThresholdThatLeavesOutFewIsSparseToo() {
    float[] values = {.1f, -.5f, .25f, 0, .3f, -.05f, .8f, -.2f};
    assertLeft(
        Shape.of(2, 4), values, "sparse:below0.06", "11101011", "0.1 -0.5 0.25 0.3 0.8 -0.2");
  }

  /** NumPy's sort leaves open which of them coremltools takes. */
  @Test
  void ofEqualMagnitudesTheFirstAreLeftOut() {
    float[] values = {1, -1, 1, 1, 2, 1, -1, 2, 1, 2, -1, 1};
    assertLeft(Shape.of(3, 4), values, "sparse:2of4", "001110010101", "1 1 2 2 2 1");
  }

  private static final float[] FOUR_ROWS = {
    .1f, .9f, .2f, .3f, -.1f, .5f, -.7f, .05f, .6f, .2f, .4f, -.3f
  };

  @Test
  void blocksOfChannelsAreLeftOutTogether() {
    assertLeft(
        Shape.of(4, 3),
        FOUR_ROWS,
        "sparse:0.5@block2",
        "010010101101",
        "0.9 -0.1 -0.7 0.6 0.2 -0.3");
  }

  /** Groups lie along the first axis where that is the input channels'. */
  @Test
  void ofEachGroupTheSmallestAreLeftOut() {
    WeightAxes columns = new WeightAxes(1, 0, 1);
    SparseWeights weights =
        (SparseWeights)
            quantized(FloatType.HALF, Shape.of(4, 3), columns, FOUR_ROWS, "sparse:1of2");
    assertThat(mask(weights)).isEqualTo("010101101010");
    assertThat(hexadecimal(FloatType.HALF, weights.floats()))
        .isEqualTo("3b33 34cd 3800 b99a 38cd 3666");
  }

  /** As many values as entries: each is one. */
  @Test
  void aTableOfLeastErrorHasNoErrorWhereItCan() {
    float[] values = {1, 1, 2, 2, 3, 3, 7, 7};
    PalettizedWeights weights =
        (PalettizedWeights) quantized(FloatType.HALF, Shape.of(2, 4), ROWS, values, "lut:2");
    assertThat(weights.entries()).containsExactly(1, 2, 3, 7);
    PalettizedWeights wider =
        (PalettizedWeights) quantized(FloatType.HALF, Shape.of(2, 4), ROWS, values, "lut:3");
    assertThat(wider.entries()).containsExactly(1, 2, 3, 7, 7, 7, 7, 7);
    assertThat(wider.dequantize().toArray()).containsExactly(values);
  }

  private static void assertLeft(
      Shape shape, float[] values, String scheme, String mask, String floats) {
    SparseWeights weights = (SparseWeights) quantized(FloatType.HALF, shape, ROWS, values, scheme);
    assertThat(mask(weights)).isEqualTo(mask);
    List<Float> expected = new ArrayList<>();
    for (String number : floats.split(" ")) {
      expected.add(FloatType.HALF.round(Double.parseDouble(number)));
    }
    assertThat(weights.floats()).containsExactly(expected.toArray(new Float[0]));
  }

  @ParameterizedTest
  @CsvSource({
    "sparse:0.5+int8, 91 -109 127 -61 36 127 46 56 85 -95 70 127, , 1da5 250a 1cd7",
    "sparse:0.5+uint8, 216 0 255 0 131 255 145 159 206 0 189 255, 118 83 109, 1d39 236d 1c37",
    "sparse:0.5+lut-linear:2, 1 0 2 0 2 3 2 2 1 1 1 1, , bccd 2840 3d11 4100",
    "sparse:0.5+lut-unique:4, 6 1 8 0 8 11 9 10 5 2 4 7, , bccd b8cd b733 0000 3548 3666 3800 38cd"
        + " 399a 3b33 3c66 4100 0000 0000 0000 0000",
  })
  void jointFormsAreThoseOfCoremltools(
      String scheme, String codes, String zeroPoints, String numbers) {
    SparseWeights weights =
        (SparseWeights) quantized(FloatType.HALF, Shape.of(3, 8), ROWS, THREE_ROWS, scheme);
    assertThat(mask(weights)).isEqualTo("010010101110100111010100");
    CodedWeights all = weights.codes().orElseThrow();
    byte[] kept = new byte[weights.count()];
    int at = 0;
    for (int i = weights.kept().nextSetBit(0); i >= 0; i = weights.kept().nextSetBit(i + 1)) {
      kept[at++] = all.sharedCodes()[i];
    }
    boolean signed = all instanceof BlockwiseWeights blocks && blocks.isSigned();
    assertThat(numbers(kept, signed)).isEqualTo(codes);
    if (all instanceof BlockwiseWeights blocks) {
      assertThat(numbers(blocks.zeroPoints(), signed))
          .isEqualTo(zeroPoints == null ? "" : zeroPoints);
      assertThat(hexadecimal(FloatType.HALF, blocks.scales())).isEqualTo(numbers);
    } else {
      assertThat(hexadecimal(FloatType.HALF, ((PalettizedWeights) all).entries()))
          .isEqualTo(numbers);
    }
  }

  @Test
  void tablesOfBytesAreThoseOfCoremltools() {
    PalettizedWeights weights =
        (PalettizedWeights)
            quantized(FloatType.HALF, Shape.of(3, 8), ROWS, THREE_ROWS, "lut-linear:4+int8");
    assertThat(numbers(weights.compactEntries(), true))
        .isEqualTo("-61 -48 -36 -23 -11 2 14 27 39 52 64 77 89 102 114 127");
    assertThat(hexadecimal(FloatType.HALF, new float[] {weights.scale()})).isEqualTo("2509");
  }

  // Where coremltools 9.0 is wrong.

  /** Its range is infinite in half precision, and so are scale and weights. */
  @ParameterizedTest
  @CsvSource({"int8", "int4", "uint8", "uint4", "int8@tensor", "uint8@tensor"})
  void aRangeBeyondHalfPrecisionKeepsItsWeights(String scheme) {
    float[] values = {40000, -20000, 60000, 1000, -65504, 65504, 0, 30000};
    Tensor decoded = quantized(FloatType.HALF, Shape.of(2, 4), ROWS, values, scheme).dequantize();
    int bits = scheme.contains("8") ? 8 : 4;
    // A step of the largest range: half of it for the code, half for a whole zero point.
    double step = 2 * 65504.0 / ((1 << bits) - 2);
    for (int i = 0; i < values.length; i++) {
      double off = Math.abs(decoded.get(i) - values[i]);
      assertThat(off).as("%s of %s", scheme, values[i]).isLessThanOrEqualTo(step);
    }
  }

  /** 255 x -4000 is infinite in half precision; coremltools 9.0 then decodes zeros. */
  @ParameterizedTest
  @CsvSource({"uint8, 32", "uint4, 550", "uint8@tensor, 34"})
  void aZeroPointBeyondHalfPrecisionKeepsItsWeights(String scheme, double halfAStep) {
    float[] values = {-4000, 4100, 7, -300, 5000, -8000, 1234, -7777};
    Tensor decoded = quantized(FloatType.HALF, Shape.of(2, 4), ROWS, values, scheme).dequantize();
    for (int i = 0; i < values.length; i++) {
      double off = Math.abs(decoded.get(i) - values[i]);
      assertThat(off).as("%s of %s", scheme, values[i]).isLessThanOrEqualTo(halfAStep);
    }
  }

  /** Its range is infinite in half precision: 131008. */
  @Test
  void equalStepsBeyondHalfPrecisionAreFinite() {
    float[] values = {-65504, 65504, 0, 30000, 1, 2, 3, 4};
    PalettizedWeights weights =
        (PalettizedWeights) quantized(FloatType.HALF, Shape.of(2, 4), ROWS, values, "lut-linear:2");
    // 43669.33 is nearest to 21824 + 11 x 1.
    assertThat(weights.entries()).containsExactly(-65504, -21840, 21840, 65504);
    assertThat(numbers(weights.sharedCodes(), false)).isEqualTo("0 3 2 2 2 2 2 2");
  }

  /** Squares of 256 and more are infinite in half precision, and with them every norm. */
  @Test
  void blocksOfLargeWeightsAreLeftOutByTheirNorms() {
    float[] values = {300, 1000, 400, 2, 500, 600, 700, 3};
    assertLeft(Shape.of(4, 2), values, "sparse:0.5@block2", "01011010", "1000 2 500 700");
  }

  /** Rounded to nearest, a subnormal scale may reach only part of the range, which is then cut. */
  @ParameterizedTest
  @CsvSource({"int8", "int8@tensor", "uint8", "uint8@tensor"})
  void aSubnormalScaleSpansTheRange(String scheme) {
    // 127 steps of the least number are 7.57e-6: rounded down, 1.1e-5 would be cut by a third.
    float[] values = {1.1e-5f, -1.1e-5f, 5e-6f, -3e-6f, 1e-6f, 0, 8e-6f, -7e-6f};
    Tensor decoded = quantized(FloatType.HALF, Shape.of(2, 4), ROWS, values, scheme).dequantize();
    for (int i = 0; i < values.length; i++) {
      float meant = FloatType.HALF.round(values[i]);
      assertThat((double) decoded.get(i))
          .as("%s of %s", scheme, meant)
          .isCloseTo(meant, org.assertj.core.api.Assertions.within(1.3e-7));
    }
  }

  /** NumPy counts ranks in the weights' type: 70,000 is infinite there, and nothing is left. */
  @Test
  void aLargeTensorOfHalfPrecisionIsPrunedByItsExactPercentile() {
    float[] values = new float[70_000];
    for (int i = 0; i < values.length; i++) {
      // Distinct magnitudes are not needed: 30,000 numbers of half precision, each twice or more.
      values[i] = HalfPrecisionCodec.toFloat(0x0400 + i % 28_000) * (i % 2 == 0 ? 1 : -1);
    }
    Tensor weights = Tensor.wrap(Shape.of(70, 1000), values);
    ProgramQuantizer quantizer = new ProgramQuantizer(weights, FloatType.HALF, ROWS);
    SparseWeights left = (SparseWeights) quantized(quantizer, "sparse:0.75");
    float[] magnitudes = values.clone();
    for (int i = 0; i < magnitudes.length; i++) {
      magnitudes[i] = Math.abs(magnitudes[i]);
    }
    Arrays.sort(magnitudes);
    double place = 0.75 * (magnitudes.length - 1);
    int before = (int) place;
    double threshold =
        magnitudes[before] + (place - before) * (magnitudes[before + 1] - magnitudes[before]);
    long expected = 0;
    for (float magnitude : magnitudes) {
      expected += magnitude > threshold ? 1 : 0;
    }
    assertThat(left.count()).isEqualTo((int) expected);
    assertThat(left.count()).isBetween(17_490, 17_510);
  }

  /** It leaves out steps of a joint form for arrays below ten elements; ours are what was asked. */
  @Test
  void fewWeightsAreCompressedToo() {
    float[] values = {.1f, -.5f, .25f, 0, .3f, -.05f, .8f, -.2f};
    SparseWeights few =
        (SparseWeights) quantized(FloatType.HALF, Shape.of(2, 4), ROWS, values, "sparse:0.5+int8");
    assertThat(few.count()).isEqualTo(4);
    assertThat(few.codes()).isPresent();
    PalettizedWeights table =
        (PalettizedWeights)
            quantized(FloatType.HALF, Shape.of(2, 4), ROWS, EIGHT, "lut-linear:2+int8");
    assertThat(table.isCompact()).isTrue();
    assertThat(numbers(table.compactEntries(), true)).isEqualTo("-61 2 64 127");
  }

  @Test
  void constantWeightsAreMetAndZerosHaveNoScale() {
    for (String scheme : List.of("int8", "uint4", "lut-linear:2", "lut:1", "int4@block2")) {
      float[] zeros = new float[8];
      assertThat(
              quantized(FloatType.HALF, Shape.of(2, 4), ROWS, zeros, scheme).dequantize().toArray())
          .as(scheme)
          .containsExactly(zeros);
    }
    float[] same = new float[8];
    Arrays.fill(same, .375f);
    for (String scheme : List.of("lut-linear:2", "lut:1", "lut-linear:4@group1", "lut:3@group2")) {
      assertThat(
              quantized(FloatType.HALF, Shape.of(2, 4), ROWS, same, scheme).dequantize().toArray())
          .as(scheme)
          .containsExactly(same);
    }
  }

  @Test
  void infiniteWeightsHaveNoCodes() {
    float[] values = {1, Float.POSITIVE_INFINITY, 2, 3};
    Tensor weights = Tensor.wrap(Shape.of(2, 2), values);
    assertThatThrownBy(() -> new ProgramQuantizer(weights, FloatType.HALF, ROWS))
        .isInstanceOf(BadInputException.class)
        .hasMessage(
            "weight (Infinity) at place 1 of [2, 2] cannot be quantized: it is not a finite"
                + " number.\n"
                + "Maybe leave this weight tensor in full precision.");
  }

  @Test
  void tablesThatWereFoundBeforeAreTaken() {
    Tensor weights = Tensor.wrap(Shape.of(2, 4), EIGHT);
    ProgramQuantizer first = new ProgramQuantizer(weights, FloatType.SINGLE, ROWS);
    assertThat(first.knownTables()).isEqualTo(Optional.empty());
    Tensor decoded = quantized(first, "lut:2").dequantize();
    OptimalTableSet known = first.knownTables().orElseThrow();
    ProgramQuantizer second =
        new ProgramQuantizer(weights, FloatType.SINGLE, ROWS).withTables(known);
    assertThat(quantized(second, "lut:2").dequantize()).isEqualTo(decoded);
    assertThat(second.knownTables()).contains(known);
  }

  private static String numbers(byte[] codes, boolean signed) {
    StringJoiner numbers = new StringJoiner(" ");
    for (byte code : codes) {
      numbers.add(Integer.toString(signed ? code : code & 255));
    }
    return numbers.toString();
  }

  private static String hexadecimal(FloatType type, float[] values) {
    List<String> written = new ArrayList<>();
    for (float value : values) {
      written.add(
          type == FloatType.HALF
              ? String.format("%04x", HalfPrecisionCodec.toHalf(value))
              : String.format("%08x", Float.floatToRawIntBits(value)));
    }
    return written.stream().collect(Collectors.joining(" "));
  }

  private static String mask(SparseWeights weights) {
    StringBuilder mask = new StringBuilder();
    for (int i = 0; i < weights.shape().elementCount(); i++) {
      mask.append(weights.kept().get(i) ? '1' : '0');
    }
    return mask.toString();
  }
}
