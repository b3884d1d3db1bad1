package org.quantsweep.coreml.neuralnetwork;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Descriptors.FieldDescriptor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.coreml.Layer;
import org.quantsweep.proto.coreml.NeuralNetworkLayer;
import org.quantsweep.proto.coreml.UpsampleLayerParams.LinearUpsampleMode;

class LayerSpecsTest {
  @Test
  void everyLayerTypeOfTheSchemaHasASpec() {
    List<String> schema =
        NeuralNetworkLayer.getDescriptor().getOneofs().get(0).getFields().stream()
            .map(FieldDescriptor::getName)
            .toList();

    assertThat(LayerSpecs.all()).extracting(LayerSpec::name).containsExactlyElementsOf(schema);
    assertThat(schema).hasSize(158);
  }

  /** The lists are those by which coremltools lowers a model's version (mlmodel/src/Utils.cpp). */
  @Test
  void sinceWhichVersionATypeExistsIsAsCoremltoolsSaysIt() {
    Map<Integer, List<String>> late = new TreeMap<>();
    for (LayerSpec spec : LayerSpecs.all()) {
      int number = spec.type().getNumber();
      if (spec.since() == 2 || spec.since() == 3 || spec.since() == 5) {
        late.computeIfAbsent(spec.since(), since -> new ArrayList<>()).add(spec.name());
      } else {
        // The format numbered the types of iOS 13 after the custom layer.
        assertThat(spec.since()).as(spec.name()).isEqualTo(number > 500 ? 4 : 1);
      }
    }

    assertThat(late)
        .isEqualTo(
            Map.of(
                2, List.of("custom"),
                3, List.of("resizeBilinear", "cropResize"),
                5,
                    List.of(
                        "oneHot",
                        "cumSum",
                        "clampedReLU",
                        "argSort",
                        "pooling3d",
                        "globalPooling3d",
                        "sliceBySize",
                        "convolution3d")));
  }

  @Test
  void settingsOfOlderTypesMayBeNewer() {
    NeuralNetworkLayer.Builder layer = NeuralNetworkLayer.newBuilder();
    layer.getUpsampleBuilder().setLinearUpsampleMode(LinearUpsampleMode.ALIGN_CORNERS_TRUE);

    assertThat(LayerSpecs.of(layer.build()).isNewerThanIos12(layer.build())).isTrue();
    assertThat(LayerSpecs.of(layer.build()).since()).isEqualTo(1);
    layer.getUpsampleBuilder().clearLinearUpsampleMode();
    assertThat(LayerSpecs.of(layer.build()).isNewerThanIos12(layer.build())).isFalse();
  }

  @Test
  void aLayerOfNoTypeHasAPlainSpec() {
    LayerSpec spec = LayerSpecs.of(NeuralNetworkLayer.getDefaultInstance());

    assertThat(spec.name()).isEmpty();
    assertThat(spec.weights(NeuralNetworkLayer.getDefaultInstance())).isEmpty();
  }

  @Test
  void aSoundLayerOfEveryTypeReads() {
    CoreMLModel model = EveryLayerType.model();

    assertThat(model.warnings()).isEmpty();
    assertThat(model.layers())
        .extracting(Layer::type)
        .containsAll(LayerSpecs.all().stream().map(LayerSpec::name).toList());
  }

  @Test
  void productsAndConvolutionsWithTheFirstInputAreLinearUses() {
    Map<String, List<String>> uses = new TreeMap<>();
    for (LayerSpec spec : LayerSpecs.all()) {
      for (NeuralNetworkLayer layer : EveryLayerType.samples(spec.name())) {
        for (WeightField field : spec.weights(layer)) {
          spec.linearField(field.name())
              .ifPresent(
                  use ->
                      uses.computeIfAbsent(spec.name(), type -> new ArrayList<>())
                          .add(field.name() + " " + use.form() + " " + use.biasField()));
        }
      }
    }

    assertThat(uses)
        .isEqualTo(
            Map.of(
                "convolution", List.of("weights CONVOLUTION bias"),
                "innerProduct", List.of("weights PRODUCT bias"),
                "batchedMatmul", List.of("weights PRODUCT bias"),
                "simpleRecurrent", List.of("weightMatrix PRODUCT "),
                "gru",
                    List.of(
                        "updateGateWeightMatrix PRODUCT ",
                        "resetGateWeightMatrix PRODUCT ",
                        "outputGateWeightMatrix PRODUCT "),
                "uniDirectionalLSTM", inputMatrices("weightParams"),
                "biDirectionalLSTM", bothDirections()));
  }

  private static List<String> bothDirections() {
    List<String> both = new ArrayList<>(inputMatrices("weightParams[0]"));
    both.addAll(inputMatrices("weightParams[1]"));
    return both;
  }

  private static List<String> inputMatrices(String params) {
    return List.of(
        params + ".inputGateWeightMatrix PRODUCT ",
        params + ".forgetGateWeightMatrix PRODUCT ",
        params + ".blockInputWeightMatrix PRODUCT ",
        params + ".outputGateWeightMatrix PRODUCT ");
  }
}
