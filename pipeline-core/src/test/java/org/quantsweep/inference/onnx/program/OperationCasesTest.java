package org.quantsweep.inference.onnx.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.coreml.ModelCuts;
import org.quantsweep.coreml.file.ModelReader;
import org.quantsweep.coreml.mlprogram.Operation;
import org.quantsweep.coreml.mlprogram.ProgramBlock;
import org.quantsweep.coreml.mlprogram.ProgramFormat;
import org.quantsweep.inference.InferenceEngine;
import org.quantsweep.inference.NetworkPart;
import org.quantsweep.inference.OutputValue;
import org.quantsweep.inference.Prediction;
import org.quantsweep.inference.PredictionException;
import org.quantsweep.inference.Predictor;
import org.quantsweep.inference.Tapped;
import org.quantsweep.inference.TappedPredictor;
import org.quantsweep.inference.engine.InferenceEngines;
import org.quantsweep.sample.InputDescription;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;
import org.quantsweep.testing.NpzArrays;

/** Programs of one operation each, against NumPy ({@code make_operation_fixtures.py}). */
class OperationCasesTest {
  private static final float CLOSE = 2e-5f;

  /** Half precision numbers that the program itself stores: one unit in the last place. */
  private static final float STORED_HALF = 1e-3f;

  private static final Map<String, byte[]> FILES = new TreeMap<>();

  @TempDir private static Path folder;

  static List<String> cases() throws IOException {
    return named("npz");
  }

  static List<String> refusals() throws IOException {
    return named("refusal");
  }

  private static List<String> named(String ending) throws IOException {
    if (FILES.isEmpty()) {
      try (InputStream in = OperationCasesTest.class.getResourceAsStream("cases.zip");
          ZipInputStream zip = new ZipInputStream(in)) {
        for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
          FILES.put(entry.getName(), zip.readAllBytes());
        }
      }
    }
    return FILES.keySet().stream()
        .filter(name -> name.endsWith("/" + ending))
        .map(name -> name.substring(0, name.length() - ending.length() - 1))
        .toList();
  }

  @BeforeAll
  static void readTheCases() throws IOException {
    assertThat(cases().size()).isGreaterThan(1500);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void answersLikeNumPy(String name) throws IOException, PredictionException {
    Map<String, Tensor> arrays = arrays(name);
    List<Map<String, Tensor>> calls = calls(arrays);
    List<Prediction> predictions;
    try (Predictor predictor = InferenceEngines.onnxRuntime().open(model(name))) {
      predictions = predictor.predictCalls(calls);
    }

    for (int call = 0; call < calls.size(); call++) {
      Map<String, Tensor> answers = answers(predictions.get(call));
      Map<String, Tensor> expected = named(arrays, "y." + call + ".");
      assertThat(answers.keySet()).hasSameSizeAs(expected.keySet());
      List<String> outputs = new ArrayList<>(answers.keySet());
      for (Map.Entry<String, Tensor> wanted : expected.entrySet()) {
        String output =
            answers.containsKey("y" + wanted.getKey())
                ? "y" + wanted.getKey()
                : outputs.get(Integer.parseInt(wanted.getKey()));
        compare(
            name + ", call " + call + ", " + output,
            answers.get(output),
            wanted.getValue(),
            name.contains("state") ? STORED_HALF : CLOSE);
      }
    }
  }

  /** Every eighth case, and all with blocks, lists or states, cut wherever a run can go on. */
  @Test
  void everySuffixAnswersAsTheWhole() throws IOException, PredictionException {
    int blocked = 0;
    for (String name : cases()) {
      CoreMLModel model = model(name);
      boolean isPlain =
          ProgramFormat.function(model).body().operations().stream()
              .allMatch(operation -> operation.blocks().isEmpty());
      if (isPlain && !name.matches(".*(list|state).*") && name.hashCode() % 8 != 0) {
        continue;
      }
      ModelCuts cuts = model.cuts();
      TreeSet<Integer> starts = new TreeSet<>();
      for (int boundary = 0; boundary <= cuts.end(); boundary++) {
        starts.add(cuts.start(boundary));
        blocked += cuts.start(boundary) == boundary ? 0 : 1;
      }
      List<Map<String, Tensor>> calls = calls(arrays(name));
      InferenceEngine engine = InferenceEngines.onnxRuntime();
      try (Predictor predictor = engine.open(model);
          TappedPredictor taps = engine.openTapped(model, starts)) {
        List<Prediction> whole = predictor.predictCalls(calls);
        List<Tapped> tapped = taps.runCalls(calls);
        compare(name, tapped.stream().map(Tapped::prediction).toList(), whole);
        Set<Set<String>> seen = new HashSet<>();
        for (int start : starts) {
          if (seen.add(cuts.live(Set.of(), start))) {
            try (NetworkPart suffix = engine.openPart(model, start, cuts.end(), Map.of())) {
              List<Map<String, Tensor>> live =
                  tapped.stream().map(call -> call.boundaries().get(start)).toList();
              compare(name + " from " + start, suffix.predictCalls(live), whole);
            }
          }
        }
      }
    }
    assertThat(blocked).isPositive();
  }

  private static void compare(String what, List<Prediction> some, List<Prediction> others) {
    assertThat(some).as(what).hasSameSizeAs(others);
    for (int call = 0; call < some.size(); call++) {
      Map<String, Tensor> found = answers(some.get(call));
      Map<String, Tensor> expected = answers(others.get(call));
      assertThat(found.keySet()).as(what).isEqualTo(expected.keySet());
      expected.forEach((output, wanted) -> compare(what, found.get(output), wanted, CLOSE));
    }
  }

  @ParameterizedTest
  @MethodSource("refusals")
  void refusesWhatHasNoKnownMeaning(String name) throws IOException {
    String problem = new String(FILES.get(name + "/refusal"), StandardCharsets.UTF_8);
    CoreMLModel model = model(name);
    Map<String, Tensor> inputs = new TreeMap<>();
    for (InputDescription input : model.inputs()) {
      Shape shape = ((InputDescription.Array) input).shape();
      inputs.put(
          input.name(), Tensor.wrap(shape, new float[Math.toIntExact(shape.elementCount())]));
    }

    assertThatThrownBy(
            () -> {
              try (Predictor predictor = InferenceEngines.onnxRuntime().open(model)) {
                predictor.predict(inputs);
              }
            })
        .hasMessage(
            "case.mlpackage.zip: 1 operation cannot run here: "
                + problem
                + ". A model is judged by running all of it.\nMaybe convert the model again without"
                + " it.");
  }

  @Test
  void everyOperationThatRunsHasACase() throws IOException {
    Set<String> seen = new TreeSet<>();
    for (String name : cases()) {
      collect(ProgramFormat.function(model(name)).body(), seen);
    }
    Set<String> missing = new TreeSet<>(OperationLowerings.known());
    missing.removeAll(seen);

    assertThat(missing).containsExactly("coreml_update_state");
  }

  private static void collect(ProgramBlock block, Set<String> seen) {
    for (Operation operation : block.operations()) {
      seen.add(operation.type());
      operation.blocks().forEach(inner -> collect(inner, seen));
    }
  }

  private static CoreMLModel model(String name) throws IOException {
    Path file = folder.resolve("case.mlpackage.zip");
    Files.write(file, FILES.get(name + "/mlpackage.zip"));
    return ModelReader.read(file);
  }

  private static Map<String, Tensor> arrays(String name) throws IOException {
    Path file = folder.resolve("case.npz");
    Files.write(file, FILES.get(name + "/npz"));
    return NpzArrays.read(file);
  }

  private static List<Map<String, Tensor>> calls(Map<String, Tensor> arrays) {
    List<Map<String, Tensor>> calls = new ArrayList<>();
    while (!named(arrays, "y." + calls.size() + ".").isEmpty()) {
      calls.add(named(arrays, "x." + calls.size() + "."));
    }
    assertThat(calls).isNotEmpty();
    return calls;
  }

  private static Map<String, Tensor> named(Map<String, Tensor> arrays, String prefix) {
    Map<String, Tensor> named = new TreeMap<>();
    arrays.forEach(
        (name, array) -> {
          if (name.startsWith(prefix)) {
            named.put(name.substring(prefix.length()), array);
          }
        });
    return named;
  }

  private static Map<String, Tensor> answers(Prediction prediction) {
    Map<String, Tensor> answers = new TreeMap<>();
    prediction
        .outputs()
        .forEach(
            (name, value) -> {
              if (value instanceof OutputValue.Array array) {
                answers.put(name, array.values());
              } else if (value instanceof OutputValue.Probabilities probabilities) {
                answers.put(name, probabilities.values());
              } else if (value instanceof OutputValue.ClassLabel label) {
                answers.put(
                    name, Tensor.wrap(Shape.of(), new float[] {Float.parseFloat(label.label())}));
              }
            });
    return answers;
  }

  /** Close relative to the largest number; NaN and infinities are where they are expected. */
  private static void compare(String what, Tensor actual, Tensor expected, float tolerance) {
    boolean scalar = expected.shape().rank() == 0 && actual.size() == 1;
    if (!scalar) {
      assertThat(actual.shape()).as(what).isEqualTo(expected.shape());
    }
    float largest = 1;
    for (int i = 0; i < expected.size(); i++) {
      if (Float.isFinite(expected.get(i))) {
        largest = Math.max(largest, Math.abs(expected.get(i)));
      }
    }
    for (int i = 0; i < expected.size(); i++) {
      float wanted = expected.get(i);
      float made = actual.get(i);
      boolean close =
          Float.isFinite(wanted)
              ? Math.abs(made - wanted) <= tolerance * largest
              : Float.compare(made, wanted) == 0;
      assertThat(close).as("%s: element %d is %s, expected %s", what, i, made, wanted).isTrue();
    }
  }
}
