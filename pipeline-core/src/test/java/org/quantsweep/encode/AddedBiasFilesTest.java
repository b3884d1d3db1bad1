package org.quantsweep.encode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.quantsweep.coreml.Programs.array;
import static org.quantsweep.coreml.Programs.constant;
import static org.quantsweep.coreml.Programs.floats;
import static org.quantsweep.coreml.Programs.function;
import static org.quantsweep.coreml.Programs.name;
import static org.quantsweep.coreml.Programs.operation;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.quantsweep.UsageException;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.coreml.Networks;
import org.quantsweep.coreml.Programs;
import org.quantsweep.coreml.WeightStorage;
import org.quantsweep.coreml.WeightTensor;
import org.quantsweep.coreml.file.ModelReader;
import org.quantsweep.inference.InferenceEngine;
import org.quantsweep.inference.NetworkPart;
import org.quantsweep.inference.Predictor;
import org.quantsweep.inference.Tapped;
import org.quantsweep.inference.TappedPredictor;
import org.quantsweep.inference.engine.InferenceEngines;
import org.quantsweep.proto.coreml.ConvolutionLayerParams;
import org.quantsweep.proto.coreml.Model;
import org.quantsweep.proto.mil.DataType;
import org.quantsweep.proto.mil.Operation;
import org.quantsweep.proto.mil.ValueType;
import org.quantsweep.quantize.CalibratedWeights;
import org.quantsweep.quantize.Scheme;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;

/** Layers without a bias in files, with one that their weights' scheme adds and without. */
public class AddedBiasFilesTest {
  private static final InferenceEngine ENGINE = InferenceEngines.onnxRuntime();

  /** What an added bias is fitted to be, in half precision exactly. */
  private static Tensor bias(int channels) {
    float[] values = new float[channels];
    for (int i = 0; i < channels; i++) {
      values[i] = 1 + i % 5 / 4f;
    }
    return Tensor.wrap(Shape.of(channels), values);
  }

  /** Plain codes stand for fitted ones. */
  public static ModelEncoder encoder(CoreMLModel model) {
    return new ModelEncoder(
        model,
        (identity, scheme) -> {
          WeightTensor tensor = tensor(model, identity);
          Optional<Tensor> added =
              scheme.addsBias()
                  ? model
                      .format()
                      .addableBias(tensor)
                      .map(own -> bias(Math.toIntExact(own.elementCount())))
                  : Optional.empty();
          return new CalibratedWeights(
              model.format().quantizer(tensor).quantize(scheme.plain()), added);
        });
  }

  private static WeightTensor tensor(CoreMLModel model, String identity) {
    return model.weightTensors().stream()
        .filter(own -> own.identity().equals(identity))
        .findFirst()
        .orElseThrow();
  }

  /** x [8] -> four inner products, of which the last two have no bias -> y [8]. */
  static Model.Builder innerProducts() {
    Model.Builder model = Networks.innerProducts(4);
    for (int layer : new int[] {2, 3}) {
      model
          .getNeuralNetworkBuilder()
          .getLayersBuilder(layer)
          .getInnerProductBuilder()
          .clearHasBias()
          .clearBias();
    }
    return model;
  }

  /** x [4, 6, 5] -> depthwise 3 x 3, two channels of each -> y [8, 4, 3]; no bias. */
  static CoreMLModel depthwise() {
    ConvolutionLayerParams.Builder convolution =
        Networks.convolution(1, 8).setNGroups(4).setWeights(Networks.float32(72));
    return Networks.read(
        Networks.single(
            org.quantsweep.proto.coreml.NeuralNetworkLayer.newBuilder()
                .setName("conv")
                .setConvolution(convolution),
            Networks.array("x", 4, 6, 5),
            Networks.array("y", 8, 4, 3)));
  }

  /** x [1, 16] -> w [300, 16] -> v [16, 300] with a bias -> u [12, 16] -> z [1, 12]; CoreML7. */
  public static CoreMLModel program() {
    ValueType wide = array(DataType.FLOAT32, 1, 300);
    ValueType row = array(DataType.FLOAT32, 1, 16);
    List<Operation.Builder> operations = new ArrayList<>();
    operations.add(constant("w", drawn(1, 300, 16)));
    operations.add(operation("linear", "y", wide, "x", "weight", "w"));
    operations.add(constant("v", drawn(2, 16, 300)));
    operations.add(constant("b", floats(array(DataType.FLOAT32, 16), new float[16])));
    operations.add(operation("linear", "t", row, "y", "weight", "v").putInputs("bias", name("b")));
    // A name that the bias of the last operation would have.
    operations.add(constant("z_bias", drawn(3, 12, 16)));
    operations.add(
        operation("linear", "z", array(DataType.FLOAT32, 1, 12), "t", "weight", "z_bias"));
    Model.Builder model =
        Programs.model(function("CoreML7", operations.toArray(new Operation.Builder[0])), 1, 12);
    return ModelReader.read(Programs.files(Programs.parts(model.build())), "made.mlpackage");
  }

  private static org.quantsweep.proto.mil.Value drawn(long seed, long rows, long columns) {
    Random random = new Random(seed);
    float[] values = new float[Math.toIntExact(rows * columns)];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return floats(array(DataType.FLOAT32, rows, columns), values);
  }

  private static List<String> options(CoreMLModel model, String identity) {
    return model.format().options(tensor(model, identity)).stream()
        .map(Scheme::toString)
        .filter(scheme -> scheme.contains("calibrated"))
        .toList();
  }

  @Test
  void eachFittedFormHasOneWithABiasWhereTheLayerHasNone() {
    CoreMLModel network = Networks.read(innerProducts());
    List<String> own = options(network, "ip1/weights");
    assertThat(own).isNotEmpty().noneMatch(scheme -> scheme.contains("+bias"));
    List<String> both = new ArrayList<>();
    own.forEach(scheme -> both.addAll(List.of(scheme, scheme.replace("+cal", "+bias+cal"))));
    assertThat(options(network, "ip2/weights")).isEqualTo(both);
    CoreMLModel program = program();
    assertThat(options(program, "v")).isNotEmpty().noneMatch(scheme -> scheme.contains("+bias"));
    for (String identity : List.of("w", "z_bias")) {
      List<String> all = options(program, identity);
      assertThat(all.stream().filter(scheme -> scheme.contains("+bias"))).hasSize(all.size() / 2);
    }
  }

  /** A pipeline's layers are fed with what nobody sees; odd layers are not ours to mend. */
  @Test
  void aPipelineGetsNoneAndNeitherDoesALayerWithValuesThatDoNotCount() {
    Model.Builder inner = innerProducts();
    Model.Builder pipeline =
        Model.newBuilder().setSpecificationVersion(1).setDescription(inner.getDescription());
    pipeline.getPipelineBuilder().addModels(inner);
    CoreMLModel whole = Networks.read(pipeline);
    assertThat(whole.weightTensors())
        .isNotEmpty()
        .allMatch(tensor -> whole.format().addableBias(tensor).isEmpty());
    Model.Builder odd = innerProducts();
    odd.getNeuralNetworkBuilder()
        .getLayersBuilder(2)
        .getInnerProductBuilder()
        .setBias(Networks.float32(15));
    CoreMLModel given = Networks.read(odd);
    assertThat(given.format().addableBias(tensor(given, "ip2/weights"))).isEmpty();
    assertThat(given.format().addableBias(tensor(given, "ip3/weights"))).isPresent();
  }

  @Test
  void aLayerThatHasABiasGetsNoOther() {
    assertThatThrownBy(
            () -> encoder(Networks.read(innerProducts())).encode(plan("ip1/weights", "linear:4")))
        .isInstanceOf(UsageException.class)
        .hasMessage(
            "test.mlmodel: weight tensor 'ip1/weights' cannot be stored as"
                + " linear:4+bias+calibrated: its layer has a bias, which linear:4+calibrated"
                + " corrects at no further bytes.\n"
                + "Maybe list the weight tensors with quantsweep inspect.");
    assertThatThrownBy(() -> encoder(program()).encode(plan("v", "int8")))
        .isInstanceOf(UsageException.class)
        .hasMessage(
            "made.mlpackage: weight tensor 'v' cannot be stored as int8+bias+calibrated: its layer"
                + " has a bias, which int8+calibrated corrects at no further bytes.\n"
                + "Maybe list the weight tensors with quantsweep inspect.");
  }

  private static QuantizationPlan plan(String tensor, String plain) {
    return new QuantizationPlan(
        new TreeMap<>(Map.of(tensor, Scheme.parse(plain + "+bias+calibrated"))));
  }

  @ParameterizedTest
  @CsvSource({
    "network, ip2/weights, linear:4, ip2/bias",
    "network, ip3/weights, lut-kmeans:3, ip3/bias",
    "depthwise, conv/weights, linear:2, conv/bias",
    "program, w, int8, y_bias",
    "program, z_bias, lut:4, z_bias_"
  })
  void theFileHasTheBiasAndIsAsLargeAsPromised(
      String kind, String tensor, String scheme, String bias) {
    CoreMLModel model = model(kind);
    ModelEncoder encoder = encoder(model);
    QuantizationPlan with = plan(tensor, scheme);
    QuantizationPlan without =
        new QuantizationPlan(
            new TreeMap<>(
                Map.of(tensor, ((Scheme.Compression) with.schemes().get(tensor)).fitted())));
    CoreMLModel written = ModelReader.read(encoder.encode(with), model.name());
    assertThat(encoder.encodedSize(with)).isEqualTo(encoder.encode(with).size());
    WeightTensor added = tensor(written, bias);
    assertThat(added.values()).isEqualTo(bias(Math.toIntExact(added.elementCount())));
    if (!kind.equals("program")) {
      assertThat(added.storage()).isInstanceOf(WeightStorage.Float16.class);
    }
    // The weights are the same; all else is as given, and the plan without a bias knows none.
    CoreMLModel other = ModelReader.read(encoder.encode(without), model.name());
    assertThat(other.weightTensors())
        .extracting(WeightTensor::identity)
        .containsExactlyElementsOf(
            model.weightTensors().stream().map(WeightTensor::identity).toList());
    assertThat(tensor(written, tensor).values()).isEqualTo(tensor(other, tensor).values());
    assertThat(encoder.encodedSize(without)).isEqualTo(encoder.encode(without).size());
    // Before and after a plan with it, in any order.
    assertThat(encoder.encodedSize(with)).isEqualTo(encoder.encode(with).size());
    assertThat(encoder.storedBytes(tensor, with.schemes().get(tensor)))
        .isGreaterThanOrEqualTo(
            encoder.storedBytes(tensor, without.schemes().get(tensor))
                + added.storedBytes().bytes());
  }

  private static CoreMLModel model(String kind) {
    return switch (kind) {
      case "network" -> Networks.read(innerProducts());
      case "depthwise" -> depthwise();
      default -> program();
    };
  }

  /** Alone as it is tried, and in a file. */
  @ParameterizedTest
  @CsvSource({
    "network, ip2/weights, linear:4",
    "network, ip3/weights, lut-kmeans:3",
    "depthwise, conv/weights, linear:2",
    "program, w, int8",
    "program, z_bias, lut:4"
  })
  void anOptionAloneDoesWhatItsFileDoes(String kind, String tensor, String scheme)
      throws Exception {
    CoreMLModel model = model(kind);
    ModelEncoder encoder = encoder(model);
    QuantizationPlan plan = plan(tensor, scheme);
    Shape shape =
        switch (kind) {
          case "network" -> Shape.of(8);
          case "depthwise" -> Shape.of(4, 6, 5);
          default -> Shape.of(1, 16);
        };
    Random random = new Random(4);
    float[] values = new float[Math.toIntExact(shape.elementCount())];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    Map<String, Tensor> input = Map.of("x", Tensor.wrap(shape, values));
    int start = model.cuts().start(tensor(model, tensor));
    try (Predictor file = ENGINE.open(ModelReader.read(encoder.encode(plan), model.name()));
        Predictor given = ENGINE.open(model);
        NetworkPart part =
            ENGINE.openPart(model, start, model.cuts().end(), encoder.decoded(plan));
        TappedPredictor taps = ENGINE.openTapped(model, new java.util.TreeSet<>(List.of(start)))) {
      List<Tapped> tapped = taps.runCalls(List.of(input));
      assertThat(part.predictCalls(List.of(tapped.get(0).boundaries().get(start))).get(0).outputs())
          .isEqualTo(file.predict(input).outputs())
          .isNotEqualTo(given.predict(input).outputs());
    }
  }

  /** Codes of a small layer would take more than its floats, and its bias more still. */
  @Test
  void whereTheFallbackIsSmallerNoBiasIsWritten() {
    Model.Builder tiny = Networks.innerProduct();
    tiny.getNeuralNetworkBuilder()
        .getLayersBuilder(0)
        .getInnerProductBuilder()
        .setInputChannels(1)
        .setWeights(Networks.float32(5));
    tiny.setDescription(
        tiny.getDescription().toBuilder().setInput(0, Networks.array("x", 1)).build());
    CoreMLModel model = Networks.read(tiny);
    QuantizationPlan plan = plan("ip/weights", "linear:8");
    ModelEncoder encoder = encoder(model);
    CoreMLModel written = ModelReader.read(encoder.encode(plan), "tiny.mlmodel");
    assertThat(written.weightTensors()).hasSize(1);
    assertThat(encoder.encodedSize(plan)).isEqualTo(encoder.encode(plan).size());
  }

  /** In download bytes a bias counts as well. */
  @ParameterizedTest
  @ValueSource(strings = {"network", "program"})
  void deflatedBytesCountTheBias(String kind) {
    CoreMLModel model = model(kind);
    ModelEncoder encoder = encoder(model);
    String tensor = kind.equals("network") ? "ip2/weights" : "w";
    Function<String, Long> bytes =
        form -> encoder.deflatedBytes(tensor, Scheme.parse("linear:8" + form));
    assertThat(bytes.apply("+bias+calibrated")).isGreaterThan(bytes.apply("+calibrated"));
  }
}
