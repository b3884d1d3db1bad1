package org.quantsweep.inference.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.coreml.ModelCuts;
import org.quantsweep.coreml.Programs;
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
import org.quantsweep.proto.coreml.Model;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;
import org.quantsweep.testing.SharedData;

/** Parts of ML Programs with other weights answer as the whole does with these. */
class ProgramPartTest {
  /** Of so many weight tensors of a model, evenly spaced. */
  private static final int TENSORS = 3;

  private static final int CALLS = 2;

  private final InferenceEngine engine = InferenceEngines.onnxRuntime();

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SqueezeNet_f16_ios16",
        "SqueezeNet_f16_ios18__int4sym_block32",
        "RxnAlbert_f16_ios18_sdpa",
        "RxnAlbert_f16_ios17_range",
        "SileroVAD_f16_ios17",
        "SileroVAD_stateful_f16_ios18",
        "StatefulAverage",
        "StatefulKeyValueCache",
        "MultiFunctionMnist",
        "MultiFunctionMnist__function_features",
        "EmotionClassifier",
        "G2pEnEncoder_f16_ios18",
        "Magika_f16_ios16",
        "WhileLoop",
        "Condition"
      })
  void aSuffixWithOtherWeightsAnswersAsTheWholeWithThem(String name)
      throws IOException, PredictionException {
    CoreMLModel model = GoldenProgramTest.model(name);
    List<Map<String, Tensor>> all =
        GoldenProgramTest.calls(SharedData.path("golden/" + name), model);
    List<Map<String, Tensor>> calls = all.subList(0, Math.min(CALLS, all.size()));
    ModelCuts cuts = model.cuts();
    List<WeightTensor> tensors = some(model);
    TreeSet<Integer> boundaries = new TreeSet<>(List.of(0, cuts.end()));
    tensors.forEach(tensor -> boundaries.add(cuts.start(tensor)));
    tensors.forEach(tensor -> boundaries.add(cuts.before(tensor)));
    List<Prediction> plain;
    List<Tapped> tapped;
    try (Predictor predictor = engine.open(model);
        TappedPredictor taps = engine.openTapped(model, boundaries)) {
      plain = predictor.predictCalls(calls);
      tapped = taps.runCalls(calls);
    }
    requireClose(tapped.stream().map(Tapped::prediction).toList(), plain);
    int changed = 0;
    for (WeightTensor tensor : tensors) {
      Map<String, Tensor> other = Map.of(tensor.identity(), changed(tensor));
      int start = cuts.start(tensor);
      assertThat(start).isBetween(0, cuts.before(tensor));
      try (NetworkPart suffix = engine.openPart(model, start, cuts.end(), other);
          NetworkPart whole = engine.openPart(model, 0, cuts.end(), other)) {
        List<Prediction> expected = whole.predictCalls(blobs(tapped, 0));
        requireClose(suffix.predictCalls(blobs(tapped, start)), expected);
        changed += expected.equals(plain) ? 0 : 1;
      }
    }
    assertThat(changed > 0).isEqualTo(!tensors.isEmpty());
    try (NetworkPart end = engine.openPart(model, cuts.end(), cuts.end(), Map.of())) {
      requireClose(end.predictCalls(blobs(tapped, cuts.end())), plain);
    }
  }

  /** The file with other weights is what the replaced ones stand for. */
  @Test
  void otherWeightsAreThoseThatAFileWithThemHolds() throws PredictionException {
    CoreMLModel model = read(chain(Programs.Blob.counting(64), 2));
    Map<String, Tensor> inputs = Map.of("x", input());
    float[] ones = new float[64];
    java.util.Arrays.fill(ones, 1);
    CoreMLModel written = read(chain(ones(), 2));
    WeightTensor weights = tensor(model, "w");
    ModelCuts cuts = model.cuts();
    try (Predictor expected = engine.open(written);
        TappedPredictor taps =
            engine.openTapped(model, new TreeSet<>(List.of(cuts.start(weights))));
        NetworkPart suffix =
            engine.openPart(
                model,
                cuts.start(weights),
                cuts.end(),
                Map.of("w", Tensor.wrap(weights.shape(), ones)))) {
      Map<String, Tensor> live = taps.run(inputs).boundaries().get(cuts.start(weights));
      assertThat(live.keySet()).containsExactly("a");
      assertThat(suffix.predict(live)).isEqualTo(expected.predict(inputs));
    }
  }

  @Test
  void aConstantThatSeveralOperationsTakeBelongsToTheFirst() throws PredictionException {
    CoreMLModel model = read(chain(Programs.Blob.counting(64), 2));
    WeightTensor bias = tensor(model, "b");
    ModelCuts cuts = model.cuts();
    // w, b and a come first; then the two operations that take b.
    assertThat(cuts.before(tensor(model, "w"))).isEqualTo(4);
    assertThat(cuts.before(bias)).isEqualTo(4);
    Map<String, Tensor> other = Map.of("b", Tensor.wrap(bias.shape(), new float[4]));
    try (TappedPredictor taps = engine.openTapped(model, new TreeSet<>(List.of(0, 4, 5)));
        NetworkPart late = engine.openPart(model, 5, cuts.end(), other);
        NetworkPart suffix = engine.openPart(model, 4, cuts.end(), other);
        NetworkPart whole = engine.openPart(model, 0, cuts.end(), other)) {
      Tapped tapped = taps.run(Map.of("x", input()));
      Prediction expected = whole.predict(tapped.boundaries().get(0));
      assertThat(suffix.predict(tapped.boundaries().get(4))).isEqualTo(expected);
      assertThat(late.predict(tapped.boundaries().get(5))).isNotEqualTo(expected);
    }
  }

  @Test
  void valuesOfAnotherShapeAreRefused() {
    CoreMLModel model = read(chain(Programs.Blob.counting(64), 2));
    try (NetworkPart part =
        engine.openPart(
            model, 0, model.cuts().end(), Map.of("w", Tensor.wrap(Shape.of(64), new float[64])))) {
      assertThatThrownBy(() -> part.predict(Map.of("x", input())))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "program.mlpackage: weight tensor 'w' [4, 16] cannot take values of shape [64].");
    }
    try (NetworkPart part =
        engine.openPart(
            model, 0, model.cuts().end(), Map.of("v", Tensor.wrap(Shape.of(1), new float[1])))) {
      assertThatThrownBy(() -> part.predict(Map.of("x", input())))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("program.mlpackage: it has no weight tensor 'v'.");
    }
  }

  /** Values travel as floats, of which none is the largest int32. */
  @Test
  void theLargestWholeNumberStaysLarge() throws PredictionException {
    var f32 = org.quantsweep.proto.mil.DataType.FLOAT32;
    var i32 = org.quantsweep.proto.mil.DataType.INT32;
    Model.Builder model =
        Programs.model(
            Programs.function(
                "CoreML7",
                Programs.constant("most", whole(Integer.MAX_VALUE)),
                Programs.constant("hundred", whole(100)),
                Programs.operation("cast", "i", Programs.array(i32, 1, 16))
                    .putInputs("x", Programs.name("x"))
                    .putInputs("dtype", Programs.literal(Programs.text("int32"))),
                Programs.operation(
                    "maximum", "large", Programs.array(i32, 1, 16), "i", "y", "most"),
                Programs.operation(
                    "minimum", "small", Programs.array(i32, 1, 16), "large", "y", "hundred"),
                Programs.operation("cast", "z", Programs.array(f32, 1, 16))
                    .putInputs("x", Programs.name("small"))
                    .putInputs("dtype", Programs.literal(Programs.text("fp32")))),
            1,
            16);
    CoreMLModel read = read(Programs.parts(model.build(), Programs.Blob.counting(1)));
    try (TappedPredictor taps = engine.openTapped(read, new TreeSet<>(List.of(4)));
        NetworkPart suffix = engine.openPart(read, 4, read.cuts().end(), Map.of())) {
      Tapped tapped = taps.run(Map.of("x", input()));
      assertThat(tapped.boundaries().get(4).keySet()).containsExactly("large");
      assertThat(suffix.predict(tapped.boundaries().get(4))).isEqualTo(tapped.prediction());
      assertThat(numbers(tapped.prediction()).get("z").get(0)).isEqualTo(100);
    }
  }

  private static org.quantsweep.proto.mil.Value whole(int number) {
    return Programs.integers(Programs.array(org.quantsweep.proto.mil.DataType.INT32), number);
  }

  /** x -> a = relu(x) -> y = w a + b -> c = y + b -> z. */
  private static Map<String, byte[]> chain(Programs.Blob blob, int width) {
    Model.Builder model = Programs.linear();
    Programs.changeBlock(
        model,
        block -> {
          var operations = new ArrayList<>(block.getOperationsList());
          var f32 = org.quantsweep.proto.mil.DataType.FLOAT32;
          operations.add(
              2,
              Programs.operation("relu", "a", Programs.array(f32, 1, 16))
                  .putInputs("x", Programs.name("x"))
                  .build());
          operations.set(
              3, operations.get(3).toBuilder().putInputs("x", Programs.name("a")).build());
          operations.add(
              4, Programs.operation("add", "c", Programs.array(f32, 1, 4), "y", "y", "b").build());
          operations.set(
              6, operations.get(6).toBuilder().putInputs("x", Programs.name("c")).build());
          // A constant that nobody reads moves the places by one.
          operations.add(
              0,
              Programs.constant(
                      "unread", Programs.floats(Programs.array(f32, width), new float[width]))
                  .build());
          block.clearOperations().addAllOperations(operations);
        });
    return Programs.parts(model.build(), blob);
  }

  private static Programs.Blob ones() {
    java.nio.ByteBuffer bytes =
        java.nio.ByteBuffer.allocate(256).order(java.nio.ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < 64; i++) {
      bytes.putFloat(1);
    }
    return new Programs.Blob(2, bytes.array(), 0);
  }

  private static CoreMLModel read(Map<String, byte[]> parts) {
    return ModelReader.read(Programs.files(parts), "program.mlpackage");
  }

  private static Tensor input() {
    float[] values = new float[16];
    for (int i = 0; i < values.length; i++) {
      values[i] = i - 4;
    }
    return Tensor.wrap(Shape.of(1, 16), values);
  }

  private static WeightTensor tensor(CoreMLModel model, String identity) {
    return model.weightTensors().stream()
        .filter(own -> own.identity().equals(identity))
        .findFirst()
        .orElseThrow();
  }

  private static List<Map<String, Tensor>> blobs(List<Tapped> tapped, int boundary) {
    return tapped.stream().map(call -> call.boundaries().get(boundary)).toList();
  }

  private static List<WeightTensor> some(CoreMLModel model) {
    List<WeightTensor> all = model.weightTensors();
    List<WeightTensor> some = new ArrayList<>();
    for (int i = 0; i < Math.min(TENSORS, all.size()); i++) {
      some.add(all.get(i * all.size() / Math.min(TENSORS, all.size())));
    }
    return some;
  }

  private static Tensor changed(WeightTensor tensor) {
    float[] values = tensor.values().toArray();
    for (int i = 0; i < values.length; i++) {
      values[i] = values[i] * (i % 3 == 0 ? 0.75f : 1.125f);
    }
    return Tensor.wrap(tensor.shape(), values);
  }

  private static void requireClose(List<Prediction> some, List<Prediction> others) {
    assertThat(some).hasSameSizeAs(others);
    for (int call = 0; call < some.size(); call++) {
      Map<String, Tensor> found = numbers(some.get(call));
      Map<String, Tensor> expected = numbers(others.get(call));
      assertThat(found.keySet()).isEqualTo(expected.keySet());
      expected.forEach((name, numbers) -> requireClose(found.get(name), numbers));
    }
  }

  private static Map<String, Tensor> numbers(Prediction prediction) {
    Map<String, Tensor> numbers = new TreeMap<>();
    prediction
        .outputs()
        .forEach(
            (name, value) -> {
              if (!(value instanceof OutputValue.ClassLabel)) {
                numbers.put(name, GoldenPredictionTest.numbers(value));
              }
            });
    return numbers;
  }

  /** Fused operations round otherwise than those that a cut parts. */
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
