package org.quantsweep.calibration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Offset.offset;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.coreml.LinearUse;
import org.quantsweep.coreml.ModelCuts;
import org.quantsweep.coreml.WeightTensor;
import org.quantsweep.coreml.file.ModelReader;
import org.quantsweep.coreml.mlprogram.Operation;
import org.quantsweep.coreml.mlprogram.ProgramFormat;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.inference.PredictionException;
import org.quantsweep.inference.TappedPredictor;
import org.quantsweep.inference.engine.InferenceEngines;
import org.quantsweep.quantize.CalibratedWeights;
import org.quantsweep.quantize.CalibratedWeightsCodec;
import org.quantsweep.quantize.NetworkQuantizer;
import org.quantsweep.quantize.QuantizedWeights;
import org.quantsweep.quantize.Scheme;
import org.quantsweep.quantize.TensorQuantizer;
import org.quantsweep.tensor.Tensor;
import org.quantsweep.testing.NpzArrays;
import org.quantsweep.testing.SharedData;

/** What ML Programs multiply with weights, against NumPy ({@code make_moments_fixtures.py}). */
class ProgramMomentsTest {
  private static final CalibrationSettings ALL_PLACES =
      new CalibrationSettings(100_000, 0.01, 2304, 0, 3, 0);

  /** Relative: the engine computes in single precision. */
  private static final double CLOSE = 2e-5;

  private static final Map<String, byte[]> FILES = new TreeMap<>();

  @TempDir private static Path folder;

  static List<String> cases() throws IOException {
    if (FILES.isEmpty()) {
      try (InputStream in = ProgramMomentsTest.class.getResourceAsStream("moments.zip");
          ZipInputStream zip = new ZipInputStream(in)) {
        for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
          FILES.put(entry.getName(), zip.readAllBytes());
        }
      }
    }
    return FILES.keySet().stream()
        .filter(name -> name.endsWith("/npz"))
        .map(name -> name.substring(0, name.length() - "/npz".length()))
        .toList();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void areThoseOfTheDefinition(String name) throws IOException, PredictionException {
    CoreMLModel model = model(name);
    Map<String, Tensor> arrays = arrays(name);
    WeightTensor weights = weights(model);
    InputMoments moments = moments(model, weights, samples(arrays), 1);
    assertThat(moments.count()).isEqualTo((long) arrays.get("count").get(0));
    Tensor sums = arrays.get("sums");
    Tensor products = arrays.get("products");
    int order = sums.shape().length(1);
    assertThat(moments.order()).isEqualTo(order);
    assertThat(moments.groups()).isEqualTo(sums.shape().length(0));
    for (int group = 0; group < moments.groups(); group++) {
      double[] mean = moments.mean(group);
      double[] second = moments.second(group);
      for (int i = 0; i < order; i++) {
        requireClose(mean[i] * moments.count(), sums.get(group * order + i), sums);
        for (int j = 0; j < order; j++) {
          requireClose(
              second[i * order + j] * moments.count(),
              products.get((group * order + i) * order + j),
              products);
        }
      }
    }
  }

  /** The matrix lies in the weight tensor as the moments lie in the input. */
  @ParameterizedTest
  @MethodSource("cases")
  void explainWhatTheOperationMakes(String name) throws IOException, PredictionException {
    CoreMLModel model = model(name);
    Map<String, Tensor> arrays = arrays(name);
    WeightTensor weights = weights(model);
    InputMoments moments = moments(model, weights, samples(arrays), 1);
    CalibratedQuantizer quantizer =
        new CalibratedQuantizer(
            model,
            weights,
            new NetworkQuantizer(weights.values(), 0, weights.shape().length(0)),
            moments,
            ALL_PLACES);
    // With all weights 0 the error is the whole answer.
    Tensor zeros = Tensor.wrap(weights.shape(), new float[(int) weights.elementCount()]);
    double energy = arrays.get("energy").get(0);
    assertThat(quantizer.outputError(zeros) * moments.count())
        .isCloseTo(energy, offset(CLOSE * energy));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void fittedCodesAreNoFartherThanPlainOnes(String name) throws IOException, PredictionException {
    CoreMLModel model = model(name);
    WeightTensor weights = weights(model);
    InputMoments moments = moments(model, weights, samples(arrays(name)), 1);
    // Rows that are looked up have a scale each; others share one here.
    boolean isNamed = name.startsWith("gather, ");
    TensorQuantizer plain =
        new NetworkQuantizer(weights.values(), 0, isNamed ? weights.shape().length(0) : 1);
    CalibratedQuantizer quantizer =
        new CalibratedQuantizer(model, weights, plain, moments, ALL_PLACES);
    requireCloser(quantizer, plain, "lut-kmeans:1+calibrated", false);
    // Of so few codes the plain ones may be the best already.
    boolean isBest = name.equals("gru, recursion, iOS15");
    requireCloser(quantizer, plain, "linear:2@tensor+calibrated", !isBest);
    if (isNamed) {
      requireCloser(quantizer, plain, "linear:2+calibrated", false);
    }
  }

  private static void requireCloser(
      CalibratedQuantizer quantizer, TensorQuantizer plain, String text, boolean isStrict) {
    Scheme.Quantization scheme = (Scheme.Quantization) Scheme.parse(text);
    double fitted = quantizer.outputError(quantizer.quantize(scheme).weights());
    double simple = quantizer.outputError(plain.quantize(scheme.plain()));
    assertThat(fitted).isPositive().isLessThanOrEqualTo(simple);
    if (isStrict) {
      assertThat(fitted).as(text).isLessThan(simple);
    }
  }

  /** Every form that a search is offered, and vectors of every length, for every kind of use. */
  @ParameterizedTest
  @MethodSource("cases")
  void formsOfProgramsAreNoFartherThanPlainOnes(String name)
      throws IOException, PredictionException {
    CoreMLModel model = model(name);
    WeightTensor weights = weights(model);
    InputMoments moments = moments(model, weights, samples(arrays(name)), 1);
    TensorQuantizer plain = model.format().quantizer(weights);
    CalibratedQuantizer quantizer =
        new CalibratedQuantizer(model, weights, plain, moments, ALL_PLACES);
    List<Scheme> forms = new ArrayList<>(model.format().options(weights));
    for (int length = 2; length <= 8; length++) {
      for (String entries : List.of("", "+int8")) {
        Scheme vectors = Scheme.parse("lut:2@vector" + length + entries + "+calibrated");
        if (model.format().refusal(weights, vectors).isEmpty()) {
          forms.add(vectors);
        }
      }
    }
    for (String scaled : List.of("lut:1@channel", "lut:2@channel", "lut:1@block2")) {
      Scheme scheme = Scheme.parse(scaled + "+calibrated");
      if (model.format().refusal(weights, scheme).isEmpty()) {
        forms.add(scheme);
      }
    }
    int fitted = 0;
    for (Scheme scheme : forms) {
      if (scheme instanceof Scheme.Compression form && form.calibrated()) {
        if (form.addsBias()) {
          requireNoWorse(model, weights, moments, plain, form, quantizer);
          continue;
        }
        QuantizedWeights made = quantizer.quantize(form).weights();
        assertThat(made.isOf(form)).as("form of %s", form).isTrue();
        assertThat(quantizer.outputError(made))
            .as("error of %s", form)
            .isLessThanOrEqualTo(quantizer.outputError(plain.quantize(form.plain())));
        CalibratedWeights whole = new CalibratedWeights(made, Optional.empty());
        assertThat(
                CalibratedWeightsCodec.decode(CalibratedWeightsCodec.encode(whole), "codes")
                    .weights()
                    .dequantize())
            .isEqualTo(made.dequantize());
        fitted++;
      }
    }
    assertThat(fitted).isPositive();
  }

  /** Beside the codes that were fitted without a bias, which stand in where they are better. */
  private static void requireNoWorse(
      CoreMLModel model,
      WeightTensor weights,
      InputMoments moments,
      TensorQuantizer plain,
      Scheme.Compression form,
      CalibratedQuantizer without) {
    QuantizedWeights other = without.quantize(form.fitted()).weights();
    try (CalibratedQuantizer with =
        CalibratedQuantizer.withAddedBias(model, weights, plain, moments, ALL_PLACES)) {
      CalibratedWeights made = with.quantize(form, other);
      assertThat(made.weights().isOf(form)).as("form of %s", form).isTrue();
      assertThat(made.bias()).as("bias of %s", form).isPresent();
      assertThat(with.outputError(made.weights()))
          .as("error of %s", form)
          .isLessThanOrEqualTo(without.outputError(other));
    }
  }

  /** Calls share what a sample gives; here every place is taken, so they are as samples. */
  @Test
  void callsOfASampleAreItsPlaces() throws IOException, PredictionException {
    CoreMLModel model = model("linear, iOS15");
    WeightTensor weights = weights(model);
    List<Map<String, Tensor>> samples = samples(arrays("linear, iOS15"));
    InputMoments alone = moments(model, weights, samples, 1);
    InputMoments together = moments(model, weights, samples, samples.size());
    assertThat(InputMomentsCodec.encode(together)).isEqualTo(InputMomentsCodec.encode(alone));
    CalibrationSettings few = new CalibrationSettings(7, 0.01, 2304, 0, 3, 0);
    assertThat(moments(model, weights, samples, samples.size(), few).count()).isEqualTo(9);
  }

  /** A loop is one step: a run begins before it, and what is made inside is told beside it. */
  @Test
  void aWeightTensorOfALoopIsReachedBeforeIt() throws IOException {
    CoreMLModel model = model("linear in a loop, iOS15");
    WeightTensor weights = weights(model);
    ModelCuts cuts = model.cuts();
    int before = cuts.before(weights);
    List<Operation> body = ProgramFormat.function(model).body().operations();
    assertThat(body.get(before).type()).isEqualTo("while_loop");
    assertThat(cuts.start(weights)).isEqualTo(before);
    String input = model.format().linearUse(weights).orElseThrow().inputs().get(0);
    assertThat(cuts.inside(before)).containsExactly(input);
    assertThat(cuts.reading(weights, input)).hasValue(before);
    assertThat(cuts.reading(weights, "no value")).isEmpty();
    assertThat(cuts.live(Set.of("y0"), before)).hasSize(1).doesNotContain(input, "y0");
    assertThat(cuts.live(Set.of("y0"), cuts.end())).containsExactly("y0");
  }

  /** Its samples are another function's: nothing is known of what its weights are fed with. */
  @Test
  void aWeightTensorOfAnotherFunctionHasNoMoments() {
    CoreMLModel model =
        ModelReader.read(SharedData.path("models/MultiFunctionMnist.mlpackage"))
            .asFunction("features");
    MomentsCollector collector =
        new MomentsCollector(model, model.weightTensors(), CalibrationSettings.DEFAULT);
    // The layers of "features" are shared, and named after the function that comes first.
    assertThat(collector.moments().keySet())
        .containsExactlyInAnyOrder(
            "digits/n_l0_w_to_fp16",
            "digits/n_l3_w_to_fp16",
            "digits/n_l6_w_to_fp16",
            "digits/n_l10_w_to_fp16");
    for (WeightTensor tensor : model.weightTensors()) {
      if (tensor.identity().equals("digits/n_l12_w_to_fp16")) {
        assertThat(model.cuts().before(tensor)).isEqualTo(model.cuts().end());
      }
    }
  }

  /** A row counts as often as it was looked up, and once where it never was. */
  @Test
  void rowsThatNoSampleLooksUpCountOnce() throws IOException {
    CoreMLModel model = model("gather, iOS18");
    WeightTensor weights = weights(model);
    int rows = weights.shape().length(0);
    int columns = (int) weights.elementCount() / rows;
    InputMoments moments = new InputMoments(rows, 1, 1);
    for (int time = 0; time < 9; time++) {
      moments.count(1);
    }
    try (CalibratedQuantizer quantizer =
        new CalibratedQuantizer(
            model, weights, new NetworkQuantizer(weights.values(), 0, 1), moments, ALL_PLACES)) {
      for (int row = 0; row < rows; row++) {
        float[] changed = weights.values().toArray();
        for (int i = 0; i < columns; i++) {
          changed[row * columns + i] += 1;
        }
        double error = quantizer.outputError(Tensor.wrap(weights.shape(), changed));
        assertThat(error * 9)
            .as("row %s", row)
            .isCloseTo((row == 1 ? 9 : 1) * columns, offset(1e-4));
      }
    }
  }

  @Test
  void whatNoSampleReachesIsNotFitted() throws IOException {
    CoreMLModel model = model("linear in a branch, iOS15");
    WeightTensor weights = weights(model);
    InputMoments none = new InputMoments(1, 6, 6);
    assertThatThrownBy(
            () ->
                new CalibratedQuantizer(
                    model, weights, new NetworkQuantizer(weights.values(), 0, 5), none, ALL_PLACES))
        .isInstanceOf(NotCalibratableException.class)
        .hasMessage("no calibration sample reaches its layer");
    none.failed("a value was lost");
    none.failed("another");
    assertThatThrownBy(
            () ->
                new CalibratedQuantizer(
                    model, weights, new NetworkQuantizer(weights.values(), 0, 5), none, ALL_PLACES))
        .isInstanceOf(NotCalibratableException.class)
        .hasMessage("the engine looks into no calibration sample (a value was lost)");
  }

  /** The one that the expected values are of: "w" in the cases of recurrent cells. */
  private static WeightTensor weights(CoreMLModel model) {
    List<WeightTensor> used =
        model.weightTensors().stream()
            .filter(tensor -> model.format().linearUse(tensor).isPresent())
            .toList();
    List<WeightTensor> found =
        used.stream().filter(tensor -> used.size() == 1 || tensor.identity().equals("w")).toList();
    assertThat(found).hasSize(1);
    WeightTensor weights = found.get(0);
    LinearUse use = model.format().linearUse(weights).orElseThrow();
    // coremltools writes zeros where a program leaves the bias out.
    List<WeightTensor> biases =
        model.weightTensors().stream()
            .filter(own -> own.identity().equals("b") || own.identity().endsWith("_bias_0"))
            .toList();
    boolean isRecursion = use.inputs().stream().allMatch(input -> input.contains("\u00a7state"));
    assertThat(use.bias().stream()).containsExactlyElementsOf(isRecursion ? List.of() : biases);
    return weights;
  }

  private static InputMoments moments(
      CoreMLModel model, WeightTensor weights, List<Map<String, Tensor>> samples, int calls)
      throws PredictionException {
    return moments(model, weights, samples, calls, ALL_PLACES);
  }

  private static InputMoments moments(
      CoreMLModel model,
      WeightTensor weights,
      List<Map<String, Tensor>> samples,
      int calls,
      CalibrationSettings settings)
      throws PredictionException {
    MomentsCollector collector = new MomentsCollector(model, List.of(weights), settings);
    try (TappedPredictor taps =
        InferenceEngines.onnxRuntime().openTapped(model, collector.boundaries())) {
      for (int sample = 0; sample < samples.size(); sample += calls) {
        collector.add(
            Sha256Digest.ofText("sample " + sample),
            taps.runCalls(samples.subList(sample, sample + calls)).stream()
                .map(tapped -> tapped.boundaries())
                .toList());
      }
    }
    return collector.moments().get(weights.identity());
  }

  private static void requireClose(double found, double expected, Tensor all) {
    double largest = 1;
    for (float value : all.sharedArray()) {
      largest = Math.max(largest, Math.abs(value));
    }
    assertThat(found).isCloseTo(expected, offset(CLOSE * largest));
  }

  private static List<Map<String, Tensor>> samples(Map<String, Tensor> arrays) {
    List<Map<String, Tensor>> samples = new ArrayList<>();
    for (int sample = 0; arrays.containsKey("x." + sample + ".x"); sample++) {
      samples.add(Map.of("x", arrays.get("x." + sample + ".x")));
    }
    assertThat(samples).hasSize(3);
    return samples;
  }

  private static CoreMLModel model(String name) throws IOException {
    cases();
    Path file = folder.resolve("case.mlpackage.zip");
    Files.write(file, FILES.get(name + "/mlpackage.zip"));
    return ModelReader.read(file);
  }

  private static Map<String, Tensor> arrays(String name) throws IOException {
    Path file = folder.resolve("case.npz");
    Files.write(file, FILES.get(name + "/npz"));
    return NpzArrays.read(file);
  }
}
