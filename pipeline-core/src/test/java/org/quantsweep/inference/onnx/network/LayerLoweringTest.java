package org.quantsweep.inference.onnx.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.quantsweep.inference.OutputValue;
import org.quantsweep.inference.Prediction;
import org.quantsweep.inference.PredictionException;
import org.quantsweep.inference.Predictor;
import org.quantsweep.inference.engine.InferenceEngines;
import org.quantsweep.proto.coreml.Model;
import org.quantsweep.proto.coreml.NeuralNetwork;
import org.quantsweep.proto.coreml.NeuralNetworkLayer;
import org.quantsweep.proto.coreml.NeuralNetworkMultiArrayShapeMapping;
import org.quantsweep.tensor.Tensor;
import org.quantsweep.testing.NpzArrays;

/** Single layers against NumPy loops of the specification's formulas. */
class LayerLoweringTest {
  private static final double TOLERANCE = 2e-5;

  static Set<String> cases() throws IOException, URISyntaxException {
    Set<String> names = new TreeSet<>();
    for (String array : arrays().keySet()) {
      names.add(array.substring(0, array.indexOf('/')));
    }
    return names;
  }

  @Test
  void everyCaseHasALayerAndEveryLayerACase() throws IOException, URISyntaxException {
    assertThat(LayerDefinitions.byCase().keySet()).isEqualTo(cases());
  }

  @ParameterizedTest
  @MethodSource("cases")
  void answersLikeTheFormula(String name)
      throws IOException, URISyntaxException, PredictionException {
    LayerFixture fixture = new LayerFixture(name, arrays());
    Map<String, Tensor> inputs = new HashMap<>();
    for (int i = 0; i < fixture.inputs().size(); i++) {
      inputs.put("x" + i, fixture.inputs().get(i));
    }

    Prediction prediction;
    try (Predictor predictor =
        InferenceEngines.onnxRuntime().open(TinyModels.read(model(fixture)))) {
      prediction = predictor.predict(inputs);
    }

    List<Tensor> expected = fixture.outputs();
    for (int i = 0; i < expected.size(); i++) {
      Tensor given = ((OutputValue.Array) prediction.outputs().get("y" + i)).values();
      assertThat(given.shape()).isEqualTo(expected.get(i).shape());
      double largest = 1;
      for (float value : expected.get(i).sharedArray()) {
        largest = Math.max(largest, Math.abs(value));
      }
      for (int place = 0; place < given.size(); place++) {
        assertThat(given.get(place))
            .as("y%d at %d", i, place)
            .isCloseTo(expected.get(i).get(place), within((float) (TOLERANCE * largest)));
      }
    }
  }

  private static Model.Builder model(LayerFixture fixture) {
    boolean old = fixture.name().startsWith("old ");
    Model.Builder model = Model.newBuilder().setSpecificationVersion(old ? 3 : 5);
    NeuralNetworkLayer.Builder layer = NeuralNetworkLayer.newBuilder().setName(fixture.name());
    LayerDefinitions.byCase().get(fixture.name()).define(layer, fixture);
    boolean constant =
        layer.hasLoadConstant() || layer.hasLoadConstantND() || layer.hasFillStatic();
    for (int i = 0; i < fixture.inputs().size(); i++) {
      int[] lengths = fixture.inputs().get(i).shape().lengths();
      model.getDescriptionBuilder().addInput(TinyModels.array("x" + i, lengths));
      if (!constant) {
        layer.addInput("x" + i);
      }
    }
    for (int i = 0; i < fixture.outputs().size(); i++) {
      int[] lengths = old ? fixture.outputs().get(i).shape().lengths() : new int[0];
      model.getDescriptionBuilder().addOutput(TinyModels.array("y" + i, lengths));
      layer.addOutput("y" + i);
    }
    NeuralNetwork.Builder network = model.getNeuralNetworkBuilder().addLayers(layer);
    if (!old) {
      network.setArrayInputShapeMapping(NeuralNetworkMultiArrayShapeMapping.EXACT_ARRAY_MAPPING);
    }
    return model;
  }

  private static Map<String, Tensor> arrays() throws IOException, URISyntaxException {
    return NpzArrays.read(Path.of(LayerLoweringTest.class.getResource("layer-cases.npz").toURI()));
  }
}
