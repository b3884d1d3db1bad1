package org.quantsweep.calibration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Offset.offset;
import static org.assertj.core.data.Percentage.withPercentage;
import static org.quantsweep.coreml.Programs.array;
import static org.quantsweep.coreml.Programs.constant;
import static org.quantsweep.coreml.Programs.floats;
import static org.quantsweep.coreml.Programs.function;
import static org.quantsweep.coreml.Programs.integers;
import static org.quantsweep.coreml.Programs.name;
import static org.quantsweep.coreml.Programs.operation;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.coreml.Networks;
import org.quantsweep.coreml.Programs;
import org.quantsweep.coreml.WeightTensor;
import org.quantsweep.coreml.file.ModelReader;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.inference.TappedPredictor;
import org.quantsweep.inference.engine.InferenceEngines;
import org.quantsweep.proto.coreml.ConvolutionLayerParams;
import org.quantsweep.proto.coreml.Model;
import org.quantsweep.proto.coreml.NeuralNetworkLayer;
import org.quantsweep.proto.coreml.ValidPadding;
import org.quantsweep.proto.coreml.WeightParams;
import org.quantsweep.proto.mil.DataType;
import org.quantsweep.proto.mil.Operation;
import org.quantsweep.proto.mil.ValueType;
import org.quantsweep.quantize.CalibratedWeights;
import org.quantsweep.quantize.NetworkQuantizer;
import org.quantsweep.quantize.QuantizedWeights;
import org.quantsweep.quantize.Scheme;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;
import org.quantsweep.testing.NpzArrays;

/**
 * Biases that layers get, depthwise and grouped ones too, against NumPy ({@code
 * make_added_biases.py}).
 */
class AddedBiasTest {
  private static final CalibrationSettings ALL_PLACES =
      new CalibrationSettings(100_000, 0.01, 2304, 1, 3, 0);
  private static final int CHANNELS = 4;

  private static Map<String, Tensor> arrays;

  @BeforeAll
  static void read() throws Exception {
    arrays =
        NpzArrays.read(
            Path.of(
                Objects.requireNonNull(AddedBiasTest.class.getResource("added_biases.npz"))
                    .toURI()));
  }

  /** A convolution with the weights of a kind, whose groups may be cut out. */
  private record Convolution(Tensor weights, int groups, boolean isClipped) {
    static Convolution of(String kind, boolean isClipped) {
      Tensor weights = arrays.get("w." + kind);
      return new Convolution(weights, CHANNELS / weights.shape().length(1), isClipped);
    }

    int outputs() {
      return weights.shape().length(0);
    }

    /** One group, as a convolution of its own. */
    Convolution group(int group) {
      int outputs = outputs() / groups;
      int each = weights.size() / groups;
      float[] own = Arrays.copyOfRange(weights.sharedArray(), group * each, (group + 1) * each);
      Shape shape = weights.shape();
      return new Convolution(
          Tensor.wrap(Shape.of(outputs, shape.length(1), shape.length(2), shape.length(3)), own),
          1,
          isClipped);
    }

    CoreMLModel network() {
      WeightParams.Builder values = WeightParams.newBuilder();
      for (float value : weights.sharedArray()) {
        values.addFloatValue(value);
      }
      int inputs = weights.shape().length(1) * groups;
      Model.Builder model = Model.newBuilder().setSpecificationVersion(3);
      model
          .getDescriptionBuilder()
          .addInput(Networks.array("x", inputs, 4, 1))
          .addOutput(Networks.array("y", outputs(), 2, 1));
      model
          .getNeuralNetworkBuilder()
          .addLayers(
              NeuralNetworkLayer.newBuilder()
                  .setName("conv")
                  .addInput("x")
                  .addOutput(isClipped ? "c" : "y")
                  .setConvolution(
                      ConvolutionLayerParams.newBuilder()
                          .setKernelChannels(weights.shape().length(1))
                          .setOutputChannels(outputs())
                          .setNGroups(groups)
                          .addAllKernelSize(List.of(3L, 1L))
                          .addAllStride(List.of(1L, 1L))
                          .addAllDilationFactor(List.of(1L, 1L))
                          .setValid(ValidPadding.getDefaultInstance())
                          .setWeights(values)));
      if (isClipped) {
        model.getNeuralNetworkBuilder().addLayers(Networks.relu("relu", "c", "y"));
      }
      return Networks.read(model);
    }

    CoreMLModel program() {
      ValueType picture = array(DataType.FLOAT32, 1, CHANNELS, 4, 1);
      ValueType answer = array(DataType.FLOAT32, 1, outputs(), 2, 1);
      int[] lengths = weights.shape().lengths();
      List<Operation.Builder> operations = new ArrayList<>();
      operations.add(
          constant(
              "w",
              floats(
                  array(DataType.FLOAT32, lengths[0], lengths[1], lengths[2], lengths[3]),
                  weights.sharedArray())));
      operations.add(constant("s", integers(array(DataType.INT32, 4), 1, CHANNELS, 4, 1)));
      operations.add(constant("g", integers(array(DataType.INT32), groups)));
      operations.add(operation("reshape", "p", picture, "x", "shape", "s"));
      operations.add(
          operation("conv", isClipped ? "c" : "z", answer, "p", "weight", "w")
              .putInputs("groups", name("g")));
      if (isClipped) {
        operations.add(operation("relu", "z", answer).putInputs("x", name("c")));
      }
      Model.Builder model =
          Programs.model(
              function("CoreML7", operations.toArray(new Operation.Builder[0])),
              1,
              outputs(),
              2,
              1);
      return ModelReader.read(Programs.files(Programs.parts(model.build())), "made.mlpackage");
    }

    NetworkQuantizer plain() {
      return new NetworkQuantizer(weights, 0, outputs());
    }
  }

  private static WeightTensor weights(CoreMLModel model) {
    return model.weightTensors().stream()
        .filter(tensor -> !tensor.isVector())
        .findFirst()
        .orElseThrow();
  }

  /**
   * What a layer is fed with on all samples.
   *
   * @param first of the channels that the model takes
   */
  private static InputMoments moments(CoreMLModel model, int first, int channels) throws Exception {
    WeightTensor weights = weights(model);
    MomentsCollector collector = new MomentsCollector(model, List.of(weights), ALL_PLACES);
    Tensor x = arrays.get("x");
    int each = 4 * CHANNELS;
    boolean program = model.name().endsWith("mlpackage");
    try (TappedPredictor taps =
        InferenceEngines.onnxRuntime().openTapped(model, collector.boundaries())) {
      for (int sample = 0; sample < x.shape().length(0); sample++) {
        int from = sample * each + 4 * first;
        float[] own = Arrays.copyOfRange(x.sharedArray(), from, from + 4 * channels);
        Shape shape = program ? Shape.of(1, each) : Shape.of(channels, 4, 1);
        collector.add(
            Sha256Digest.ofText("sample " + sample),
            List.of(taps.run(Map.of("x", Tensor.wrap(shape, own))).boundaries()));
      }
    }
    return collector.moments().get(weights.identity());
  }

  @ParameterizedTest
  @CsvSource({
    "depthwise, network",
    "depthwise, program",
    "grouped, network",
    "grouped, program",
    "plain, network",
    "plain, program"
  })
  void takeOverTheMeanErrorAndNoMore(String kind, String format) throws Exception {
    Convolution convolution = Convolution.of(kind, false);
    CoreMLModel model = format.equals("network") ? convolution.network() : convolution.program();
    WeightTensor weights = weights(model);
    InputMoments moments = moments(model, 0, CHANNELS);
    NetworkQuantizer plain = convolution.plain();
    QuantizedWeights codes = plain.quantize((Scheme.Compression) Scheme.parse("linear:2"));
    try (CalibratedQuantizer without =
            new CalibratedQuantizer(model, weights, plain, moments, ALL_PLACES);
        CalibratedQuantizer with =
            CalibratedQuantizer.withAddedBias(model, weights, plain, moments, ALL_PLACES)) {
      assertThat(without.outputError(codes))
          .isCloseTo(arrays.get("error." + kind).get(0), withPercentage(0.01));
      assertThat(without.corrected(codes)).isEmpty();
      assertThat(with.outputError(codes))
          .isCloseTo(arrays.get("error.bias." + kind).get(0), withPercentage(0.01));
      requireEqual(with.corrected(codes).orElseThrow(), arrays.get("bias." + kind), 2e-5f);
    }
  }

  @ParameterizedTest
  @CsvSource({"depthwise, network", "depthwise, program", "grouped, network", "plain, program"})
  void takeTheMeanOfWhatPassesARectifier(String kind, String format) throws Exception {
    Convolution convolution = Convolution.of(kind, true);
    CoreMLModel model = format.equals("network") ? convolution.network() : convolution.program();
    WeightTensor weights = weights(model);
    InputMoments moments = moments(model, 0, CHANNELS);
    NetworkQuantizer plain = convolution.plain();
    QuantizedWeights codes = plain.quantize((Scheme.Compression) Scheme.parse("linear:2"));
    try (CalibratedQuantizer with =
        CalibratedQuantizer.withAddedBias(model, weights, plain, moments, ALL_PLACES)) {
      requireEqual(with.corrected(codes).orElseThrow(), arrays.get("bias.relu." + kind), 5e-5f);
    }
  }

  /** A group knows nothing of the others: its range, its feedback and its bias are its own. */
  @ParameterizedTest
  @CsvSource({
    "depthwise, linear:2, false",
    "depthwise, linear:4, true",
    "grouped, linear:2, true",
    "grouped, linear:3, false"
  })
  void groupsAreFittedAsConvolutionsOfTheirOwn(String kind, String scheme, boolean clipped)
      throws Exception {
    Convolution whole = Convolution.of(kind, clipped);
    Scheme.Compression fitted = ((Scheme.Compression) Scheme.parse(scheme)).fittedWithBias();
    CalibratedWeights together = fitted(whole, 0, CHANNELS, fitted);
    Tensor decoded = together.weights().dequantize();
    int channels = CHANNELS / whole.groups();
    int outputs = whole.outputs() / whole.groups();
    for (int group = 0; group < whole.groups(); group++) {
      CalibratedWeights alone = fitted(whole.group(group), group * channels, channels, fitted);
      Tensor own = alone.weights().dequantize();
      for (int i = 0; i < own.size(); i++) {
        assertThat(decoded.get(group * own.size() + i)).isCloseTo(own.get(i), offset(1e-6f));
      }
      for (int i = 0; i < outputs; i++) {
        assertThat(together.bias().orElseThrow().get(group * outputs + i))
            .isCloseTo(alone.bias().orElseThrow().get(i), offset(1e-6f));
      }
    }
  }

  private static CalibratedWeights fitted(
      Convolution convolution, int first, int channels, Scheme.Compression scheme)
      throws Exception {
    CoreMLModel model = convolution.network();
    try (CalibratedQuantizer quantizer =
        CalibratedQuantizer.withAddedBias(
            model,
            weights(model),
            convolution.plain(),
            moments(model, first, channels),
            ALL_PLACES)) {
      return quantizer.quantize(scheme);
    }
  }

  /** A bias only takes over what would be an error, so it makes no option worse. */
  @ParameterizedTest
  @ValueSource(strings = {"linear:2", "linear:4@tensor", "lut-kmeans:1", "lut-kmeans:3"})
  void areNeverWorseThanNone(String scheme) throws Exception {
    Scheme.Compression plainly = (Scheme.Compression) Scheme.parse(scheme);
    for (String kind : List.of("depthwise", "grouped", "plain")) {
      Convolution convolution = Convolution.of(kind, false);
      CoreMLModel model = convolution.network();
      WeightTensor weights = weights(model);
      InputMoments moments = moments(model, 0, CHANNELS);
      NetworkQuantizer plain = convolution.plain();
      try (CalibratedQuantizer without =
              new CalibratedQuantizer(model, weights, plain, moments, ALL_PLACES);
          CalibratedQuantizer with =
              CalibratedQuantizer.withAddedBias(model, weights, plain, moments, ALL_PLACES)) {
        QuantizedWeights other = without.quantize(plainly.fitted()).weights();
        CalibratedWeights found = with.quantize(plainly.fittedWithBias(), other);
        assertThat(with.outputError(found.weights()))
            .as(kind)
            .isLessThan(without.outputError(other));
        assertThat(found.bias()).isPresent();
        assertThatThrownBy(() -> with.quantize(plainly.fitted()))
            .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> without.quantize(plainly.fittedWithBias()))
            .isInstanceOf(IllegalArgumentException.class);
      }
    }
  }

  private static void requireEqual(Tensor found, Tensor wanted, float within) {
    assertThat(found.size()).isEqualTo(wanted.size());
    for (int i = 0; i < wanted.size(); i++) {
      assertThat(found.get(i)).isCloseTo(wanted.get(i), offset(within));
    }
  }
}
