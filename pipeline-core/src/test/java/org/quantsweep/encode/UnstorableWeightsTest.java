package org.quantsweep.encode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.quantsweep.BadInputException;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.coreml.WeightTensor;
import org.quantsweep.coreml.file.ModelReader;
import org.quantsweep.inference.onnx.network.TinyModels;
import org.quantsweep.proto.coreml.Model;
import org.quantsweep.proto.coreml.NeuralNetworkLayer;
import org.quantsweep.quantize.CalibratedWeights;
import org.quantsweep.quantize.HalfPrecisionCodec;
import org.quantsweep.quantize.Scheme;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;

/** Weights whose values some schemes cannot hold. */
class UnstorableWeightsTest {
  private static final int OUTPUTS = 4;
  private static final int INPUTS = 16;

  /** A product; the weights rise from 0 in steps of 1 / 64, but for the first ones. */
  private static Model.Builder product(float bias, float... first) {
    Model.Builder model = Model.newBuilder().setSpecificationVersion(1);
    model.getDescriptionBuilder().addInput(TinyModels.array("x", INPUTS));
    model.getDescriptionBuilder().addOutput(TinyModels.array("y", OUTPUTS));
    NeuralNetworkLayer.Builder layer =
        model.getNeuralNetworkBuilder().addLayersBuilder().setName("big");
    layer.addInput("x").addOutput("y");
    var product = layer.getInnerProductBuilder();
    product.setInputChannels(INPUTS).setOutputChannels(OUTPUTS).setHasBias(true);
    for (int i = 0; i < INPUTS * OUTPUTS; i++) {
      product.getWeightsBuilder().addFloatValue(i < first.length ? first[i] : i / 64f);
    }
    for (int i = 0; i < OUTPUTS; i++) {
      product.getBiasBuilder().addFloatValue(i == 2 ? bias : 0);
    }
    return model;
  }

  private static ModelEncoder encoder(Model.Builder model) {
    return new ModelEncoder(TinyModels.read(model));
  }

  private static Optional<String> reason(ModelEncoder encoder, String scheme) {
    return encoder.unstorable("big/weights", Scheme.parse(scheme)).map(Unstorable::reason);
  }

  private static QuantizationPlan plan(String scheme) {
    return new QuantizationPlan(new TreeMap<>(Map.of("big/weights", Scheme.parse(scheme))));
  }

  @Test
  void halfPrecisionEndsAt65520() {
    assertThat(reason(encoder(product(0, 0, -65519.996f)), "half")).isEmpty();
    ModelEncoder beyond = encoder(product(0, 0, -65520));
    assertThat(reason(beyond, "half"))
        .contains(
            "weight (-65520.0) at place 1 of [4, 16] is beyond 65504, the largest number of half"
                + " precision");
    assertThat(reason(beyond, "linear:4")).isEmpty();
    assertThat(beyond.options("big/weights"))
        .isNotEmpty()
        .doesNotContain(new Scheme.HalfPrecision());
  }

  @ParameterizedTest
  @CsvSource({"NaN", "Infinity", "-Infinity"})
  void codesAndHalfPrecisionHoldFiniteNumbersOnly(float value) {
    ModelEncoder encoder = encoder(product(0, 0, 0, 0, value));
    String expected = "weight (" + value + ") at place 3 of [4, 16] is not a finite number";
    for (String scheme :
        List.of("half", "linear:8", "linear-symmetric:8", "lut-kmeans:4+calibrated")) {
      assertThat(reason(encoder, scheme)).as(scheme).contains(expected);
    }
    assertThat(reason(encoder, "full")).isEmpty();
    assertThat(encoder.options("big/weights")).containsExactly(new Scheme.FullPrecision());
  }

  @Test
  void aRangeThatNoScaleHoldsRulesThoseSchemesOutOnly() {
    ModelEncoder encoder = encoder(product(0, -3e38f, 3e38f));
    String expected =
        "weights of channel 0 span more than a float32 scale (Infinity) and bias (-3.0E38) can"
            + " hold";
    assertThat(reason(encoder, "linear:1")).contains(expected);
    assertThat(reason(encoder, "linear:1+calibrated")).contains(expected);
    assertThat(reason(encoder, "linear:2")).isEmpty();
    assertThat(reason(encoder, "lut-kmeans:1")).isEmpty();
    assertThat(reason(encoder(product(0, 3.4e38f)), "linear-symmetric:8"))
        .contains(
            "weights of channel 0 span more than a float32 scale (2.6771652E36) and bias"
                + " (-Infinity) can hold");
  }

  @Test
  void aBiasThatComesAlongCounts() {
    ModelEncoder encoder = encoder(product(1e6f));
    assertThat(encoder.unstorable("big/weights", Scheme.parse("half")))
        .contains(
            new Unstorable(
                "big/bias",
                "big",
                new Scheme.HalfPrecision(),
                "weight (1000000.0) at place 2 of [4] is beyond 65504, the largest number of half"
                    + " precision"));
    assertThat(reason(encoder, "linear:4")).isEmpty();
    assertThatThrownBy(() -> encoder.encode(plan("half")))
        .isInstanceOf(BadInputException.class)
        .hasMessage(
            "tiny.mlmodel: weight tensor 'big/bias' of layer 'big' cannot be stored as half: weight"
                + " (1000000.0) at place 2 of [4] is beyond 65504, the largest number of half"
                + " precision.\nMaybe leave the layer's weights in full precision: --keep"
                + " big/weights=full.");
  }

  @Test
  void whoAsksForItIsToldLayerTensorAndFile() {
    ModelEncoder encoder = encoder(product(0, Float.NaN));
    assertThatThrownBy(() -> encoder.encode(plan("linear:4")))
        .isInstanceOf(BadInputException.class)
        .hasMessage(
            "tiny.mlmodel: weight tensor 'big/weights' of layer 'big' cannot be stored as linear:4:"
                + " weight (NaN) at place 0 of [4, 16] is not a finite number.\n"
                + "Maybe leave the layer's weights in full precision: --keep big/weights=full.");
    assertThat(encoder.encode(plan("full"))).isNotNull();
  }

  @Test
  void aCorrectedBiasThatDoesNotFitItsPrecisionIsLeftAsItWas() {
    Model.Builder model = product(0);
    byte[] halves = HalfPrecisionCodec.encode(new float[] {1, 2, 3, 4});
    var layer = model.getNeuralNetworkBuilder().getLayersBuilder(0).getInnerProductBuilder();
    layer.getBiasBuilder().clear().setFloat16Value(ByteString.copyFrom(halves));
    byte[] zeros = HalfPrecisionCodec.encode(new float[OUTPUTS * INPUTS]);
    layer.getWeightsBuilder().clear().setFloat16Value(ByteString.copyFrom(zeros));
    assertThat(bias(model, 1000)).containsExactly(1000, 1000, 1000, 1000);
    assertThat(bias(model, 70_000)).containsExactly(1, 2, 3, 4);
    assertThat(bias(model, Float.POSITIVE_INFINITY)).containsExactly(1, 2, 3, 4);
  }

  /** What is stored where each bias is corrected to a value. */
  private static float[] bias(Model.Builder model, float corrected) {
    CoreMLModel read = TinyModels.read(model);
    WeightTensor weights = read.weightTensors().get(0);
    Scheme.Quantization plain = (Scheme.Quantization) Scheme.parse("linear:4");
    float[] values = new float[OUTPUTS];
    Arrays.fill(values, corrected);
    CalibratedWeights codes =
        new CalibratedWeights(
            read.format().quantizer(weights).quantize(plain),
            Optional.of(Tensor.wrap(Shape.of(OUTPUTS), values)));
    ModelEncoder encoder = new ModelEncoder(read, (tensor, scheme) -> codes);
    CoreMLModel stored =
        ModelReader.read(encoder.encode(plan("linear:4+calibrated")), "stored.mlmodel");
    return stored.weightTensors().get(1).values().toArray();
  }
}
