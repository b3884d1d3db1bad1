package org.quantsweep.calibration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;
import static org.quantsweep.coreml.Programs.array;
import static org.quantsweep.coreml.Programs.constant;
import static org.quantsweep.coreml.Programs.floats;
import static org.quantsweep.coreml.Programs.function;
import static org.quantsweep.coreml.Programs.name;
import static org.quantsweep.coreml.Programs.operation;

import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.coreml.Networks;
import org.quantsweep.coreml.Programs;
import org.quantsweep.coreml.WeightTensor;
import org.quantsweep.coreml.file.ModelReader;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.inference.TappedPredictor;
import org.quantsweep.inference.engine.InferenceEngines;
import org.quantsweep.proto.coreml.ActivationLinear;
import org.quantsweep.proto.coreml.ActivationParams;
import org.quantsweep.proto.coreml.ClipLayerParams;
import org.quantsweep.proto.coreml.InnerProductLayerParams;
import org.quantsweep.proto.coreml.Model;
import org.quantsweep.proto.coreml.NeuralNetworkLayer;
import org.quantsweep.proto.coreml.NeuralNetworkMultiArrayShapeMapping;
import org.quantsweep.proto.coreml.UnaryFunctionLayerParams;
import org.quantsweep.proto.coreml.WeightParams;
import org.quantsweep.proto.mil.DataType;
import org.quantsweep.proto.mil.Operation;
import org.quantsweep.proto.mil.ValueType;
import org.quantsweep.quantize.NetworkQuantizer;
import org.quantsweep.quantize.QuantizedWeights;
import org.quantsweep.quantize.Scheme;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;
import org.quantsweep.testing.NpzArrays;

/** Biases before ReLU6 and clip, against the formula in NumPy ({@code make_clipped_biases.py}). */
class ClippedBiasTest {
  private static final CalibrationSettings ALL_PLACES =
      new CalibrationSettings(100_000, 0.01, 2304, 1, 0, 0);
  private static final ValueType FOUR = array(DataType.FLOAT32, 1, 4);

  private static Map<String, Tensor> arrays;

  @BeforeAll
  static void read() throws Exception {
    arrays = NpzArrays.read(resource());
  }

  private static Path resource() throws URISyntaxException {
    return Path.of(
        Objects.requireNonNull(ClippedBiasTest.class.getResource("clipped_biases.npz")).toURI());
  }

  @ParameterizedTest
  @CsvSource({
    "relu6 of a program, relu6",
    "clip of a program, clip",
    "clip of a network, clip",
    "ReLU6 of a network as converters write it, relu6"
  })
  void isThatOfTheFormula(String kind, String expected) throws Exception {
    CoreMLModel model =
        switch (kind) {
          case "relu6 of a program" -> program(operation("relu6", "z", FOUR));
          case "clip of a program" ->
              program(
                  operation("clip", "z", FOUR)
                      .putInputs("alpha", name("low"))
                      .putInputs("beta", name("high")));
          case "clip of a network" -> network(clip());
          default -> network(rectifier(), negative("r", "n"), threshold(), negative("t", "y"));
        };
    WeightTensor weights =
        model.weightTensors().stream()
            .filter(own -> own.elementCount() == 64)
            .findFirst()
            .orElseThrow();
    MomentsCollector collector = new MomentsCollector(model, List.of(weights), ALL_PLACES);
    Tensor x = arrays.get("x");
    try (TappedPredictor taps =
        InferenceEngines.onnxRuntime().openTapped(model, collector.boundaries())) {
      Shape shape = kind.contains("program") ? Shape.of(1, 16) : Shape.of(16);
      for (int sample = 0; sample < x.shape().length(0); sample++) {
        float[] own = Arrays.copyOfRange(x.sharedArray(), 16 * sample, 16 * sample + 16);
        collector.add(
            Sha256Digest.ofText("sample " + sample),
            List.of(taps.run(Map.of("x", Tensor.wrap(shape, own))).boundaries()));
      }
    }
    InputMoments moments = collector.moments().get(weights.identity());
    NetworkQuantizer plain = new NetworkQuantizer(weights.values(), 0, 4);
    QuantizedWeights codes = plain.quantize((Scheme.Compression) Scheme.parse("linear:2"));
    try (CalibratedQuantizer quantizer =
        new CalibratedQuantizer(model, weights, plain, moments, ALL_PLACES)) {
      Tensor corrected = quantizer.corrected(codes).orElseThrow();
      Tensor wanted = arrays.get("bias." + expected);
      for (int channel = 0; channel < 4; channel++) {
        assertThat(corrected.get(channel)).isCloseTo(wanted.get(channel), offset(2e-5f));
      }
    }
  }

  private static CoreMLModel program(Operation.Builder clipping) {
    Model.Builder model =
        Programs.model(
            function(
                "CoreML7",
                constant("w", floats(array(DataType.FLOAT32, 4, 16), values("w"))),
                constant("b", floats(array(DataType.FLOAT32, 4), values("b"))),
                constant("low", floats(array(DataType.FLOAT32), -1.5f)),
                constant("high", floats(array(DataType.FLOAT32), 2.5f)),
                operation("linear", "y", FOUR, "x", "weight", "w").putInputs("bias", name("b")),
                clipping.putInputs("x", name("y"))),
            1,
            4);
    return ModelReader.read(Programs.files(Programs.parts(model.build())), "clipped.mlpackage");
  }

  private static float[] values(String name) {
    return arrays.get(name).sharedArray();
  }

  private static CoreMLModel network(NeuralNetworkLayer.Builder... clipping) {
    Model.Builder model = Model.newBuilder().setSpecificationVersion(4);
    model
        .getDescriptionBuilder()
        .addInput(Networks.array("x", 16))
        .addOutput(Networks.array("y", 4));
    InnerProductLayerParams.Builder product =
        InnerProductLayerParams.newBuilder()
            .setInputChannels(16)
            .setOutputChannels(4)
            .setHasBias(true)
            .setWeights(weights("w"))
            .setBias(weights("b"));
    model
        .getNeuralNetworkBuilder()
        .setArrayInputShapeMapping(NeuralNetworkMultiArrayShapeMapping.EXACT_ARRAY_MAPPING)
        .addLayers(
            NeuralNetworkLayer.newBuilder()
                .setName("ip")
                .addInput("x")
                .addOutput("p")
                .setInnerProduct(product));
    for (NeuralNetworkLayer.Builder layer : clipping) {
      model.getNeuralNetworkBuilder().addLayers(layer);
    }
    return Networks.read(model);
  }

  private static WeightParams.Builder weights(String name) {
    WeightParams.Builder weights = WeightParams.newBuilder();
    for (float value : values(name)) {
      weights.addFloatValue(value);
    }
    return weights;
  }

  private static NeuralNetworkLayer.Builder clip() {
    return NeuralNetworkLayer.newBuilder()
        .setName("clip")
        .addInput("p")
        .addOutput("y")
        .setClip(ClipLayerParams.newBuilder().setMinVal(-1.5f).setMaxVal(2.5f));
  }

  /** max(y, 0). */
  private static NeuralNetworkLayer.Builder rectifier() {
    return Networks.relu("relu", "p", "r");
  }

  private static NeuralNetworkLayer.Builder negative(String from, String to) {
    return NeuralNetworkLayer.newBuilder()
        .setName("negative of " + from)
        .addInput(from)
        .addOutput(to)
        .setActivation(
            ActivationParams.newBuilder().setLinear(ActivationLinear.newBuilder().setAlpha(-1)));
  }

  /** max(n, -6). */
  private static NeuralNetworkLayer.Builder threshold() {
    return NeuralNetworkLayer.newBuilder()
        .setName("threshold")
        .addInput("n")
        .addOutput("t")
        .setUnary(
            UnaryFunctionLayerParams.newBuilder()
                .setType(UnaryFunctionLayerParams.Operation.THRESHOLD)
                .setAlpha(-6));
  }
}
