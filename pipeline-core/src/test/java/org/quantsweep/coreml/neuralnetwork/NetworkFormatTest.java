package org.quantsweep.coreml.neuralnetwork;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.quantsweep.artifact.ModelFiles;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.coreml.LinearUse;
import org.quantsweep.coreml.ModelFormat;
import org.quantsweep.coreml.Networks;
import org.quantsweep.coreml.StoredWeights;
import org.quantsweep.coreml.WeightTensor;
import org.quantsweep.coreml.file.ModelReader;
import org.quantsweep.proto.coreml.Model;
import org.quantsweep.quantize.Scheme;

class NetworkFormatTest {
  /** x [3, 5, 5] -> conv with a bias of 4 -> y. */
  private static CoreMLModel withBias() {
    Model.Builder builder = Networks.convolution();
    builder
        .getNeuralNetworkBuilder()
        .getLayersBuilder(0)
        .getConvolutionBuilder()
        .setHasBias(true)
        .setBias(Networks.float32(4));
    return Networks.read(builder);
  }

  private static WeightTensor tensor(CoreMLModel model, String field) {
    return model.weightTensors().stream()
        .filter(tensor -> tensor.field().equals(field))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void namesFilesAsTheFormatDoes() {
    assertThat(withBias().format().fileName("selected")).isEqualTo("selected.mlmodel");
  }

  @Test
  void tellsWhatAConvolutionMultipliesAndItsBias() {
    CoreMLModel model = withBias();
    LinearUse use = model.format().linearUse(tensor(model, "weights")).orElseThrow();
    assertThat(use.inputs()).containsExactly("x");
    assertThat(use.bias()).hasValue(tensor(model, "bias"));
    LinearUse.Form.Convolution form = (LinearUse.Form.Convolution) use.form();
    assertThat(form.geometry().groups()).isEqualTo(1);
    assertThat(form.geometry().kernel(0)).isEqualTo(3);
    assertThat(form.geometry().outputLength(1, 5)).isEqualTo(3);
    assertThat(model.format().linearUse(tensor(model, "bias"))).isEmpty();
  }

  @Test
  void aLayerWithoutABiasHasNone() {
    CoreMLModel model = Networks.read(Networks.convolution());
    LinearUse use = model.format().linearUse(tensor(model, "weights")).orElseThrow();
    assertThat(use.bias()).isEmpty();
  }

  @Test
  void floatsOfOneLayerTakeOnePrecision() {
    CoreMLModel model = withBias();
    WeightTensor weights = tensor(model, "weights");
    WeightTensor bias = tensor(model, "bias");
    Scheme half = new Scheme.HalfPrecision();
    assertThat(model.format().completed(Map.of(weights, half)))
        .containsOnly(Map.entry(weights, half), Map.entry(bias, half));
    Scheme codes = Scheme.parse("linear:4");
    assertThat(model.format().completed(Map.of(weights, codes)))
        .containsOnly(Map.entry(weights, codes));
  }

  @Test
  void sizesAreThoseOfTheFiles() {
    CoreMLModel model = withBias();
    ModelFormat format = model.format();
    WeightTensor weights = tensor(model, "weights");
    for (Scheme scheme : format.uniformSchemes()) {
      Map<WeightTensor, Scheme> schemes = format.completed(Map.of(weights, scheme));
      Map<WeightTensor, StoredWeights> stored = new LinkedHashMap<>();
      schemes.forEach(
          (tensor, own) ->
              stored.put(
                  tensor,
                  own instanceof Scheme.Quantization codes
                      ? new StoredWeights.Codes(format.quantizer(tensor).quantize(codes))
                      : new StoredWeights.OwnFloats(
                          own instanceof Scheme.HalfPrecision
                              ? StoredWeights.Precision.FLOAT16
                              : StoredWeights.Precision.FLOAT32)));
      ModelFiles files = format.encode(stored);
      assertThat(format.encodedSize(schemes, Set.of()))
          .as(scheme.toString())
          .isEqualTo(files.size());
      assertThat(ModelReader.read(files, "encoded").weightTensors())
          .hasSameSizeAs(model.weightTensors());
    }
  }

  @Test
  void withNothingChangedTheFilesAreTheModelsOwn() {
    CoreMLModel model = withBias();
    assertThat(model.format().encode(Map.of()).digest()).isEqualTo(model.digest());
  }

  @Test
  void aWeightTensorWithoutCodesSaysSo() {
    Model.Builder builder = Networks.convolution().setSpecificationVersion(4);
    builder
        .getNeuralNetworkBuilder()
        .setArrayInputShapeMappingValue(1)
        .clearLayers()
        .addLayersBuilder()
        .setName("norm")
        .addInput("x")
        .addOutput("y")
        .getLayerNormalizationBuilder()
        .addNormalizedShape(5)
        .setEps(1e-5f)
        .setGamma(Networks.float32(5))
        .setBeta(Networks.float32(5));
    CoreMLModel model = Networks.read(builder);
    WeightTensor gamma = tensor(model, "gamma");
    assertThat(model.format().isQuantizable(gamma)).isFalse();
    assertThat(model.format().refusal(gamma, Scheme.parse("linear:4")))
        .hasValue("the format has no codes there");
    assertThat(model.format().refusal(gamma, new Scheme.FullPrecision())).isEmpty();
    assertThatThrownBy(() -> model.format().requireLegal(Scheme.parse("linear-symmetric:4")))
        .hasMessage(
            "scheme (linear-symmetric:4) must have 8 bits: Core ML's symmetric form has no other.\n"
                + "Maybe write linear:4.");
  }
}
