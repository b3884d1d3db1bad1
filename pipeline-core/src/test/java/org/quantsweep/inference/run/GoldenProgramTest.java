package org.quantsweep.inference.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.coreml.file.ModelReader;
import org.quantsweep.inference.OutputValue;
import org.quantsweep.inference.Prediction;
import org.quantsweep.inference.PredictionException;
import org.quantsweep.inference.Predictor;
import org.quantsweep.inference.engine.InferenceEngines;
import org.quantsweep.sample.InputDescription;
import org.quantsweep.tensor.Tensor;
import org.quantsweep.testing.NpzArrays;
import org.quantsweep.testing.SharedData;

/** Real ML Programs against what the networks that they were made of answer, in float32. */
class GoldenProgramTest {
  private static final String FUNCTION = "__function_";

  static List<String> packages() throws IOException {
    if (!SharedData.isPresent()) {
      // One case that aborts and says what was left out.
      return List.of("every shared package");
    }
    try (Stream<Path> folders = Files.list(SharedData.path("golden"))) {
      return folders
          .map(folder -> folder.getFileName().toString())
          .filter(name -> Files.exists(file(name)))
          .sorted()
          .toList();
    }
  }

  private static Path file(String golden) {
    int function = golden.indexOf(FUNCTION);
    String name = function < 0 ? golden : golden.substring(0, function);
    Path model = SharedData.path("models/" + name + ".mlpackage");
    return Files.exists(model) ? model : SharedData.path("compressed/" + name + ".mlpackage");
  }

  /** The model that a folder of answers is of, seen as the function that was asked. */
  static CoreMLModel model(String golden) {
    CoreMLModel model = ModelReader.read(file(golden));
    int function = golden.indexOf(FUNCTION);
    return function < 0 ? model : model.asFunction(golden.substring(function + FUNCTION.length()));
  }

  /** Half precision is rounded where it is stored only, so float32 arithmetic tells more apart. */
  private static double tolerance(String name) {
    if (name.startsWith("PoseCPM")) {
      return 3e-2;
    }
    return name.contains("_f32_") ? 1e-4 : 5e-3;
  }

  @ParameterizedTest
  @MethodSource("packages")
  void answersLikeTheNetworkThatItWasMadeOf(String name) throws IOException, PredictionException {
    CoreMLModel model = model(name);
    Path folder = SharedData.path("golden/" + name);
    List<Map<String, Tensor>> calls = calls(folder, model);
    assertThat(calls).isNotEmpty();
    try (Predictor predictor = InferenceEngines.onnxRuntime().open(model)) {
      GoldenAnswers expected =
          new GoldenAnswers(
              NpzArrays.read(folder.resolve("expected.npz")),
              Files.exists(folder.resolve("SUBSAMPLED")),
              tolerance(name));
      List<Prediction> predictions = predictor.predictCalls(calls);
      for (int number = 0; number < calls.size(); number++) {
        expected.compare(name, number, predictions.get(number));
      }
    }
  }

  /** The inputs that the answers are to, in the order of the calls. */
  static List<Map<String, Tensor>> calls(Path folder, CoreMLModel model) throws IOException {
    List<Map<String, Tensor>> calls = new ArrayList<>();
    for (int number = 0; ; number++) {
      String input = String.format("input_%02d", number);
      Path arrays = folder.resolve(input + ".npz");
      Map<String, Tensor> inputs = new TreeMap<>();
      if (Files.exists(arrays)) {
        inputs.putAll(NpzArrays.read(arrays));
      }
      for (InputDescription described : model.inputs()) {
        if (described instanceof InputDescription.Picture picture) {
          for (String file : List.of(input + ".png", input + "_" + picture.name() + ".png")) {
            if (Files.exists(folder.resolve(file))) {
              inputs.put(
                  picture.name(), GoldenPredictionTest.picture(folder.resolve(file), picture));
            }
          }
        }
      }
      if (inputs.isEmpty()) {
        return calls;
      }
      calls.add(inputs);
    }
  }

  /**
   * Answers to compare with.
   *
   * @param subsampled whether wide ones hold every fourth row and column
   */
  private record GoldenAnswers(Map<String, Tensor> arrays, boolean subsampled, double tolerance) {
    void compare(String model, int number, Prediction prediction) {
      for (Map.Entry<String, OutputValue> output : prediction.outputs().entrySet()) {
        if (output.getValue() instanceof OutputValue.ClassLabel) {
          continue;
        }
        String name = output.getKey() + String.format("_%02d", number);
        Tensor wanted = arrays.getOrDefault(name, arrays.get(String.format("output_%02d", number)));
        assertThat(wanted).as("%s of %s", name, arrays.keySet()).isNotNull();
        GoldenPredictionTest.compare(
            wanted,
            GoldenPredictionTest.numbers(output.getValue()),
            new GoldenPredictionTest.Closeness(subsampled, tolerance),
            model + " " + name);
      }
    }
  }
}
