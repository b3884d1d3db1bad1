package org.quantsweep.inference.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.quantsweep.BadInputException;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.coreml.file.ModelReader;
import org.quantsweep.inference.OutputValue;
import org.quantsweep.inference.Prediction;
import org.quantsweep.inference.PredictionException;
import org.quantsweep.inference.Predictor;
import org.quantsweep.inference.engine.InferenceEngines;
import org.quantsweep.sample.InputDescription;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;
import org.quantsweep.testing.SharedData;

/** Every shared neural network, also those without reference answers. */
class SharedModelsRunTest {
  private static final String CUSTOM = "StyleVanGoghCustomLayers.mlmodel";

  static List<String> models() throws IOException {
    if (!SharedData.isPresent()) {
      // One case that aborts and says what was left out.
      return List.of("every shared model");
    }
    try (Stream<Path> files = Files.list(SharedData.path("models"))) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(".mlmodel") && !name.equals(CUSTOM))
          .sorted()
          .toList();
    }
  }

  @ParameterizedTest
  @MethodSource("models")
  void answersAConstantInput(String name) throws PredictionException {
    CoreMLModel model = ModelReader.read(SharedData.path("models/" + name));
    try (Predictor predictor = InferenceEngines.onnxRuntime().open(model)) {
      Prediction prediction = predictor.predict(constants(predictor.inputs()));

      assertThat(prediction.outputs()).hasSameSizeAs(model.outputs());
      for (OutputValue output : prediction.outputs().values()) {
        if (output instanceof OutputValue.Array array) {
          requireFinite(array.values());
        } else if (output instanceof OutputValue.Picture picture) {
          requireFinite(picture.values());
        }
      }
    }
  }

  @Test
  void listsTheSixCustomLayersBeforeAnyWork() {
    Path file = SharedData.path("models/" + CUSTOM);
    CoreMLModel model = ModelReader.read(file);

    assertThatThrownBy(() -> InferenceEngines.onnxRuntime().open(model))
        .isInstanceOf(BadInputException.class)
        .hasMessageStartingWith(CUSTOM + ": 6 layers cannot run here: '")
        .hasMessageEndingWith(
            " (custom). A model is judged by running all of it.\n"
                + "Maybe convert the model again without them.");
  }

  private static Map<String, Tensor> constants(List<InputDescription> inputs) {
    Map<String, Tensor> constants = new TreeMap<>();
    for (InputDescription input : inputs) {
      Shape shape =
          input instanceof InputDescription.Picture picture
              ? Shape.of(picture.colorSpace().channels(), picture.height(), picture.width())
              : ((InputDescription.Array) input).shape();
      float[] values = new float[Math.toIntExact(shape.elementCount())];
      Arrays.fill(values, 100);
      constants.put(input.name(), Tensor.wrap(shape, values));
    }
    return constants;
  }

  private static void requireFinite(Tensor values) {
    for (float value : values.sharedArray()) {
      assertThat(value).isFinite();
    }
  }
}
