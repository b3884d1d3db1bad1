package org.quantsweep.calibration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Percentage.withPercentage;
import static org.quantsweep.coreml.Programs.array;
import static org.quantsweep.coreml.Programs.blob;
import static org.quantsweep.coreml.Programs.constant;
import static org.quantsweep.coreml.Programs.floats;
import static org.quantsweep.coreml.Programs.name;
import static org.quantsweep.coreml.Programs.named;
import static org.quantsweep.coreml.Programs.operation;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.coreml.Networks;
import org.quantsweep.coreml.Programs;
import org.quantsweep.coreml.WeightTensor;
import org.quantsweep.coreml.file.ModelReader;
import org.quantsweep.proto.coreml.Model;
import org.quantsweep.proto.mil.Block;
import org.quantsweep.proto.mil.DataType;
import org.quantsweep.proto.mil.Function;
import org.quantsweep.proto.mil.ValueType;
import org.quantsweep.quantize.BlockwiseWeights;
import org.quantsweep.quantize.FloatType;
import org.quantsweep.quantize.PalettizedWeights;
import org.quantsweep.quantize.ProgramQuantizer;
import org.quantsweep.quantize.QuantizedWeights;
import org.quantsweep.quantize.Scheme;
import org.quantsweep.quantize.SparseWeights;
import org.quantsweep.quantize.WeightAxes;
import org.quantsweep.tensor.Tensor;

/** How much the fits of programs' forms gain, and by what they choose, on a layer made here. */
class ProgramFitterTest {
  private static final int INPUTS = 64;
  private static final int OUTPUTS = 32;
  private static final CalibrationSettings SETTINGS =
      new CalibrationSettings(100_000, 0.01, 2304, 0, 3, 0);

  /** A layer's weights, and what it is fed with. */
  private static final class Layer {
    final float[] weights;
    final WeightTensor tensor;
    final CoreMLModel model;
    final CalibratedQuantizer quantizer;

    Layer(float[] weights, InputMoments moments) {
      this.weights = weights;
      this.model = model(weights);
      this.tensor =
          model.weightTensors().stream()
              .filter(own -> own.identity().equals("w"))
              .findFirst()
              .orElseThrow();
      this.quantizer = new CalibratedQuantizer(model, tensor, moments, SETTINGS);
    }

    QuantizedWeights plain(String scheme) {
      return model.format().quantizer(tensor).quantize((Scheme.Compression) Scheme.parse(scheme));
    }

    QuantizedWeights fitted(String scheme) {
      return quantizer
          .quantize((Scheme.Compression) Scheme.parse(scheme + "+calibrated"))
          .weights();
    }
  }

  private static CoreMLModel model(float[] weights) {
    ValueType answers = array(DataType.FLOAT32, 1, OUTPUTS);
    Block.Builder block =
        Block.newBuilder()
            .addOperations(constant("w", blob(array(DataType.FLOAT32, OUTPUTS, INPUTS), 64)))
            .addOperations(
                constant("b", floats(array(DataType.FLOAT32, OUTPUTS), new float[OUTPUTS])))
            .addOperations(
                operation("linear", "z", answers, "x", "weight", "w").putInputs("bias", name("b")))
            .addOutputs("z");
    Model.Builder model = Model.newBuilder().setSpecificationVersion(9);
    model
        .getDescriptionBuilder()
        .addInput(Networks.array("x", 1, INPUTS))
        .addOutput(Networks.array("z", 1, OUTPUTS));
    model
        .getMlProgramBuilder()
        .setVersion(1)
        .putFunctions(
            "main",
            Function.newBuilder()
                .setOpset("CoreML8")
                .addInputs(named("x", array(DataType.FLOAT32, 1, INPUTS)))
                .putBlockSpecializations("CoreML8", block.build())
                .build());
    ByteBuffer bytes = ByteBuffer.allocate(4 * weights.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(weights);
    return ModelReader.read(
        Programs.files(Programs.parts(model.build(), new Programs.Blob(2, bytes.array(), 0))),
        "made.mlpackage");
  }

  private static float[] drawn(int seed) {
    Random random = new Random(seed);
    float[] weights = new float[OUTPUTS * INPUTS];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = (float) random.nextGaussian();
    }
    return weights;
  }

  /**
   * Of inputs that are independent, and of mean 0.
   *
   * @param every so-manieth one is loud
   * @param loud how much larger it is
   */
  private static InputMoments independent(int every, double loud) {
    InputMoments moments = new InputMoments(1, INPUTS, INPUTS);
    for (int i = 0; i < INPUTS; i++) {
      double[] x = new double[2 * INPUTS];
      x[i] = i % every == 0 ? loud : 1;
      x[INPUTS + i] = -x[i];
      moments.add(0, x, 2);
    }
    return moments;
  }

  /**
   * Where inputs are independent, nothing can be repaired, and the least error is that of the
   * weights with the least w^2 E[x^2].
   */
  @ParameterizedTest
  @ValueSource(strings = {"sparse:0.5", "sparse:2of4", "sparse:0.5@block4"})
  void masksFollowTheMetricWhereMagnitudesDisagree(String scheme) {
    InputMoments moments = independent(2, 5);
    Layer layer = new Layer(drawn(1), moments);
    double[] squares = moments.squares(0);
    double damping = 0.01 * Arrays.stream(squares).average().orElseThrow();
    double[] costs = new double[layer.weights.length];
    for (int i = 0; i < costs.length; i++) {
      costs[i] = (double) layer.weights[i] * layer.weights[i] * (squares[i % INPUTS] + damping);
    }
    BitSet expected =
        switch (scheme) {
          case "sparse:0.5" ->
              upperHalf(costs, List.of(IntStream.range(0, costs.length).toArray()));
          case "sparse:2of4" ->
              upperHalf(
                  costs,
                  IntStream.range(0, costs.length / 4)
                      .mapToObj(four -> IntStream.range(4 * four, 4 * four + 4).toArray())
                      .toList());
          default -> upperBlocks(costs);
        };
    SparseWeights fitted = (SparseWeights) layer.fitted(scheme);
    SparseWeights plain = (SparseWeights) layer.plain(scheme);
    assertThat(fitted.kept()).isEqualTo(expected).isNotEqualTo(plain.kept());
    double error = 0;
    for (int i = 0; i < costs.length; i++) {
      if (!expected.get(i)) {
        error += (double) layer.weights[i] * layer.weights[i] * squares[i % INPUTS];
      }
    }
    assertThat(layer.quantizer.outputError(fitted)).isCloseTo(error, withPercentage(0.001));
    assertThat(error).isLessThan(0.6 * layer.quantizer.outputError(plain));
  }

  private static BitSet upperHalf(double[] costs, List<int[]> sets) {
    BitSet kept = new BitSet();
    for (int[] set : sets) {
      Arrays.stream(set)
          .boxed()
          .sorted(Comparator.comparingDouble(i -> -costs[i]))
          .limit(set.length / 2)
          .forEach(kept::set);
    }
    return kept;
  }

  /** Of four output channels at one input. */
  private static BitSet upperBlocks(double[] costs) {
    int blocks = OUTPUTS / 4 * INPUTS;
    double[] sums = new double[blocks];
    for (int i = 0; i < costs.length; i++) {
      sums[i / INPUTS / 4 * INPUTS + i % INPUTS] += costs[i];
    }
    BitSet open = upperHalf(sums, List.of(IntStream.range(0, blocks).toArray()));
    BitSet kept = new BitSet();
    for (int i = 0; i < costs.length; i++) {
      kept.set(i, open.get(i / INPUTS / 4 * INPUTS + i % INPUTS));
    }
    return kept;
  }

  @Test
  void aThresholdIsOneOfMagnitudes() {
    Layer layer = new Layer(drawn(1), independent(2, 5));
    SparseWeights fitted = (SparseWeights) layer.fitted("sparse:below0.7+int4");
    assertThat(fitted.kept()).isEqualTo(((SparseWeights) layer.plain("sparse:below0.7")).kept());
  }

  /** Inputs that go together and differ in size, as those of real layers do. */
  private static InputMoments correlated() {
    Random random = new Random(11);
    double[] mix = random.doubles((long) INPUTS * INPUTS, -1, 1).toArray();
    double[] x = new double[INPUTS];
    InputMoments moments = new InputMoments(1, INPUTS, INPUTS);
    for (int sample = 0; sample < 512; sample++) {
      double common = random.nextGaussian();
      double[] drawn = new double[INPUTS];
      Arrays.setAll(drawn, i -> random.nextGaussian());
      for (int i = 0; i < INPUTS; i++) {
        double sum = 4 * common;
        for (int j = 0; j < INPUTS; j++) {
          sum += mix[i * INPUTS + j] * drawn[j];
        }
        x[i] = sum * Math.exp(mix[i]);
      }
      moments.add(0, x, 1);
    }
    return moments;
  }

  /** All are below 0.23 of the plain error. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "int4@block8",
        "uint4@block8",
        "int4",
        "lut:3",
        "lut:3@group8",
        "lut:4@vector2",
        "lut:2@channel",
        "sparse:0.5",
        "sparse:2of4",
        "sparse:0.5@block4",
        "sparse:0.5+int4",
        "sparse:2of4+lut:3",
        "sparse:0.5@block4+uint4@block8",
        "lut:4+int8",
        "lut:3@group8+int8",
        "lut:4@vector2+int8",
        "sparse:0.5+lut:4+int8"
      })
  void fittedFormsAreMuchCloserThanPlainOnes(String scheme) {
    Layer layer = new Layer(drawn(3), correlated());
    double plain = layer.quantizer.outputError(layer.plain(scheme));
    double fitted = layer.quantizer.outputError(layer.fitted(scheme));
    assertThat(fitted).isPositive().isLessThan(0.3 * plain);
  }

  /** Ranges of the least error without feedback are the best after it by chance only. */
  @ParameterizedTest
  @ValueSource(strings = {"int4", "uint4"})
  void rangesAreNoLongerThoseOfTheLeastErrorWithoutFeedback(String scheme) {
    InputMoments moments = correlated();
    Layer layer = new Layer(drawn(3), moments);
    double[] importance = moments.squares(0);
    double damping = 0.01 * Arrays.stream(importance).average().orElseThrow();
    Arrays.setAll(importance, i -> importance[i] + damping);
    CalibrationSettings only = new CalibrationSettings(100_000, 0.01, 2304, 0, 0, 0);
    BlockwiseWeights fitted;
    try (CalibratedQuantizer feedback =
        new CalibratedQuantizer(layer.model, layer.tensor, moments, only)) {
      Scheme.Compression form = (Scheme.Compression) Scheme.parse(scheme + "+calibrated");
      fitted = (BlockwiseWeights) feedback.quantize(form).weights();
    }
    StepsFit without = new StepsFit(scheme.equals("int4"), 4, FloatType.SINGLE);
    int other = 0;
    for (int channel = 0; channel < OUTPUTS; channel++) {
      double[] row = new double[INPUTS];
      int first = channel * INPUTS;
      Arrays.setAll(row, i -> layer.weights[first + i]);
      double share = fitted.scales()[channel] / without.fit(row, importance).scale();
      double closest =
          CarriedRanges.SHARES.stream()
              .mapToDouble(own -> Math.abs(own - share))
              .min()
              .orElseThrow();
      assertThat(closest).isLessThan(1e-5);
      other += Math.abs(share - 1) > 0.01 ? 1 : 0;
    }
    assertThat(other).isGreaterThan(OUTPUTS / 2);
  }

  /** Rounded once at the end, they were 6 % farther than floats. */
  @Test
  void bytesAreAsCloseAsFloats() {
    double bytes = 0;
    double floats = 0;
    for (int seed = 3; seed < 6; seed++) {
      Layer layer = new Layer(drawn(seed), correlated());
      bytes += layer.quantizer.outputError(layer.fitted("lut:4@vector4+int8"));
      floats += layer.quantizer.outputError(layer.fitted("lut:4@vector4"));
    }
    assertThat(bytes).isLessThan(1.02 * floats);
  }

  /** Where few inputs are loud, k-means of the weights alone spends its entries on the others. */
  @ParameterizedTest
  @ValueSource(strings = {"lut:4@vector4", "lut:6@vector2"})
  void tablesOfVectorsBeginByWhatInputsCount(String scheme) {
    Layer layer = new Layer(drawn(3), independent(8, 30));
    double plain = layer.quantizer.outputError(layer.plain(scheme));
    assertThat(layer.quantizer.outputError(layer.fitted(scheme))).isLessThan(0.85 * plain);
  }

  private static CalibratedQuantizer quantizer(Layer layer, FloatType type) {
    ProgramQuantizer plain =
        new ProgramQuantizer(layer.tensor.values(), type, new WeightAxes(0, 1, 1));
    return new CalibratedQuantizer(layer.model, layer.tensor, plain, correlated(), SETTINGS);
  }

  /** What is fitted is what a program of half precision computes with. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "int4",
        "uint4@block8",
        "lut:3",
        "lut:3@group8",
        "lut:3@vector2",
        "lut:3+int8",
        "lut:2@channel",
        "sparse:0.5",
        "sparse:0.5+int4",
        "sparse:0.5+lut:3"
      })
  void fittedWeightsAreOfHalfPrecision(String scheme) {
    CalibratedQuantizer half = quantizer(new Layer(drawn(3), correlated()), FloatType.HALF);
    QuantizedWeights fitted = half.quantize(fitted(scheme)).weights();
    for (float weight : fitted.dequantize().toArray()) {
      assertThat(weight).isEqualTo(FloatType.HALF.round(weight));
    }
    float[] numbers =
        fitted instanceof BlockwiseWeights blocks
            ? blocks.scales()
            : fitted instanceof PalettizedWeights tables ? tables.entries() : new float[0];
    for (float number : numbers) {
      assertThat(number).isEqualTo(FloatType.HALF.round(number));
    }
  }

  /** 127 steps of the least normal number are 0.0078: such a row was left without any weight. */
  @ParameterizedTest
  @ValueSource(strings = {"int8", "uint8", "int8@block8", "int4"})
  void aRowOfSmallWeightsBesideLargeOnesIsNotLost(String scheme) {
    float[] weights = drawn(3);
    for (int i = 0; i < INPUTS; i++) {
      weights[i] *= 1e-3f;
    }
    Layer layer = new Layer(weights, correlated());
    CalibratedQuantizer half = quantizer(layer, FloatType.HALF);
    QuantizedWeights fitted = half.quantize(fitted(scheme)).weights();

    float[] lost = new float[INPUTS];
    float[] row = Arrays.copyOf(fitted.dequantize().toArray(), INPUTS);
    assertThat(firstRowAlone(layer, half, row)).isLessThan(0.02 * firstRowAlone(layer, half, lost));
    // The Neural Engine is said to take subnormal numbers for 0.
    for (float scale : ((BlockwiseWeights) fitted).scales()) {
      assertThat(scale).isGreaterThanOrEqualTo(FloatType.HALF.leastNormal());
    }
  }

  /** The error where the other rows are as given. */
  private static double firstRowAlone(Layer layer, CalibratedQuantizer quantizer, float[] row) {
    float[] all = layer.weights.clone();
    System.arraycopy(row, 0, all, 0, INPUTS);
    return quantizer.outputError(Tensor.wrap(layer.tensor.shape(), all));
  }

  private static Scheme.Compression fitted(String scheme) {
    return (Scheme.Compression) Scheme.parse(scheme + "+calibrated");
  }
}
