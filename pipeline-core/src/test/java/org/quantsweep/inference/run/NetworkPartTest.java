package org.quantsweep.inference.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.coreml.WeightTensor;
import org.quantsweep.coreml.file.ModelReader;
import org.quantsweep.inference.InferenceEngine;
import org.quantsweep.inference.NetworkPart;
import org.quantsweep.inference.OutputValue;
import org.quantsweep.inference.Prediction;
import org.quantsweep.inference.PredictionException;
import org.quantsweep.inference.Predictor;
import org.quantsweep.inference.Tapped;
import org.quantsweep.inference.TappedPredictor;
import org.quantsweep.inference.engine.InferenceEngines;
import org.quantsweep.inference.onnx.LoweredModel;
import org.quantsweep.inference.onnx.network.NetworkFrontEnd;
import org.quantsweep.sample.InputDescription;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;
import org.quantsweep.testing.SharedData;

/** Parts put together are the whole network. */
class NetworkPartTest {
  private final InferenceEngine engine = InferenceEngines.onnxRuntime();

  @ParameterizedTest
  @ValueSource(
      strings = {"mnistCNN", "Cifar10", "SqueezeNet", "StyleRigid", "HairSegmentation", "PoseCPM"})
  void aPrefixAndASuffixAnswerAsTheWhole(String name) throws PredictionException {
    CoreMLModel model = ModelReader.read(SharedData.path("models/" + name + ".mlmodel"));
    int layers = model.layers().size();
    TreeSet<Integer> boundaries = new TreeSet<>(List.of(0, 1, layers / 3, 2 * layers / 3, layers));
    Map<String, Tensor> inputs = inputs(model, 5);
    Tapped tapped;
    Prediction whole;
    try (Predictor predictor = engine.open(model);
        TappedPredictor taps = engine.openTapped(model, boundaries)) {
      whole = predictor.predict(inputs);
      tapped = taps.run(inputs);
    }
    requireClose(tapped.prediction(), whole);
    assertThat(tapped.boundaries().keySet()).isEqualTo(boundaries);
    Map<String, Tensor> start = tapped.boundaries().get(0);
    for (int boundary : boundaries) {
      Map<String, Tensor> live = tapped.boundaries().get(boundary);
      try (NetworkPart prefix = engine.openPart(model, 0, boundary, Map.of());
          NetworkPart suffix = engine.openPart(model, boundary, layers, Map.of())) {
        Map<String, Tensor> cut = prefix.run(start);
        assertThat(cut.keySet()).isEqualTo(live.keySet());
        for (Map.Entry<String, Tensor> blob : cut.entrySet()) {
          requireClose(blob.getValue(), live.get(blob.getKey()));
        }
        requireClose(suffix.predict(cut), whole);
      }
    }
  }

  @Test
  void oneLayerTakesOtherWeightsAndItsSuffixFollows() throws PredictionException {
    CoreMLModel model = ModelReader.read(SharedData.path("models/mnistCNN.mlmodel"));
    WeightTensor tensor = model.weightTensors().get(0);
    int at = model.layers().indexOf(tensor.layer());
    Map<String, Tensor> inputs = inputs(model, 1);
    float[] doubled = tensor.values().toArray();
    for (int i = 0; i < doubled.length; i++) {
      doubled[i] *= 2;
    }
    Map<String, Tensor> other = Map.of(tensor.identity(), Tensor.wrap(tensor.shape(), doubled));
    try (TappedPredictor taps = engine.openTapped(model, new TreeSet<>(List.of(at)));
        NetworkPart layer = engine.openPart(model, at, at + 1, other);
        NetworkPart rest = engine.openPart(model, at + 1, model.layers().size(), Map.of());
        NetworkPart both = engine.openPart(model, at, model.layers().size(), other)) {
      Tapped tapped = taps.run(inputs);
      Map<String, Tensor> live = tapped.boundaries().get(at);
      Prediction changed = rest.predict(layer.run(live));
      requireClose(changed, both.predict(live));
      assertThat(changed).isNotEqualTo(tapped.prediction());
    }
  }

  @Test
  void aPartHoldsItsOwnWeightsOnly() {
    CoreMLModel model = ModelReader.read(SharedData.path("models/mnistCNN.mlmodel"));
    int layers = model.layers().size();
    LoweredModel part =
        new NetworkFrontEnd(model)
            .lowerPart(layers - 1, layers, shapes(model, layers - 1), List.of(), Map.of());
    assertThat(part.graph().sharedBytes().length).isLessThan(2_000);
  }

  @Test
  void aMissingBlobIsNamed() {
    CoreMLModel model = ModelReader.read(SharedData.path("models/mnistCNN.mlmodel"));
    try (NetworkPart part = engine.openPart(model, 0, 1, Map.of())) {
      assertThatThrownBy(() -> part.run(Map.of()))
          .isInstanceOf(PredictionException.class)
          .hasMessage("blob '" + model.inputs().get(0).name() + "' is missing");
      assertThatThrownBy(() -> part.predict(Map.of()))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage(model.name() + ": layers follow behind this part.");
    }
  }

  private static Map<String, Shape> shapes(CoreMLModel model, int boundary) {
    Map<String, Shape> shapes = new TreeMap<>();
    try (TappedPredictor taps =
        InferenceEngines.onnxRuntime().openTapped(model, new TreeSet<>(List.of(boundary)))) {
      taps.run(inputs(model, 1))
          .boundaries()
          .get(boundary)
          .forEach((name, blob) -> shapes.put(name, blob.shape()));
    } catch (PredictionException e) {
      throw new AssertionError(e);
    }
    return shapes;
  }

  private static Map<String, Tensor> inputs(CoreMLModel model, long seed) {
    Random random = new Random(seed);
    Map<String, Tensor> inputs = new HashMap<>();
    for (InputDescription input : model.inputs()) {
      Shape shape =
          input instanceof InputDescription.Picture picture
              ? Shape.of(picture.colorSpace().channels(), picture.height(), picture.width())
              : ((InputDescription.Array) input).shape();
      float[] values = new float[(int) shape.elementCount()];
      for (int i = 0; i < values.length; i++) {
        values[i] = random.nextInt(256);
      }
      inputs.put(input.name(), Tensor.wrap(shape, values));
    }
    return inputs;
  }

  private static void requireClose(Prediction one, Prediction other) {
    assertThat(one.outputs().keySet()).isEqualTo(other.outputs().keySet());
    for (Map.Entry<String, OutputValue> entry : one.outputs().entrySet()) {
      OutputValue expected = other.outputs().get(entry.getKey());
      if (entry.getValue() instanceof OutputValue.Array array) {
        requireClose(array.values(), ((OutputValue.Array) expected).values());
      } else if (entry.getValue() instanceof OutputValue.Picture picture) {
        requireClose(picture.values(), ((OutputValue.Picture) expected).values());
      } else if (entry.getValue() instanceof OutputValue.Probabilities probabilities) {
        requireClose(probabilities.values(), ((OutputValue.Probabilities) expected).values());
      } else {
        assertThat(entry.getValue()).isEqualTo(expected);
      }
    }
  }

  /** Fused layers round otherwise than those that a cut parts. */
  private static void requireClose(Tensor one, Tensor other) {
    assertThat(one.shape()).isEqualTo(other.shape());
    float largest = 0;
    float difference = 0;
    for (int i = 0; i < one.size(); i++) {
      largest = Math.max(largest, Math.abs(other.get(i)));
      difference = Math.max(difference, Math.abs(one.get(i) - other.get(i)));
    }
    assertThat(difference).isLessThanOrEqualTo(1e-4f * Math.max(largest, 1e-6f));
  }
}
