package org.quantsweep.coreml.mlprogram;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quantsweep.agreement.AgreementThreshold;
import org.quantsweep.agreement.Criteria;
import org.quantsweep.artifact.FileContent;
import org.quantsweep.artifact.ModelFiles;
import org.quantsweep.coreml.ComputeUnit;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.coreml.Deployment;
import org.quantsweep.coreml.DeploymentTarget;
import org.quantsweep.coreml.WeightTensor;
import org.quantsweep.coreml.file.ModelReader;
import org.quantsweep.encode.AddedBiasFilesTest;
import org.quantsweep.encode.ModelEncoder;
import org.quantsweep.encode.QuantizationPlan;
import org.quantsweep.inference.engine.InferenceEngines;
import org.quantsweep.job.LocalSweep;
import org.quantsweep.job.PerTensorSettings;
import org.quantsweep.job.SampleSet;
import org.quantsweep.job.SweepSettings;
import org.quantsweep.quantize.Scheme;
import org.quantsweep.search.OptionRules;
import org.quantsweep.search.SearchListener;
import org.quantsweep.tensor.Tensor;
import org.quantsweep.testing.DrawnInputs;
import org.quantsweep.testing.NpzArrays;
import org.quantsweep.testing.PythonEnvironment;
import org.quantsweep.testing.PythonEnvironment.Outcome;
import org.quantsweep.testing.SharedData;
import org.quantsweep.testing.TinySweep;

/**
 * The real coremltools 9.0 opens every package that we write and finds the constants that we
 * decode, bit for bit ({@code check_programs_with_coremltools.py}).
 */
class CoremltoolsProgramsIT {
  private static PythonEnvironment python;

  @TempDir private Path folder;

  @BeforeAll
  static void makeTheEnvironment() {
    python =
        PythonEnvironment.of(
            "coremltools", "the check of our packages against the real coremltools");
  }

  @Test
  void coremltoolsFindsTheSameConstantsInEveryPackageThatWeWrite() throws IOException {
    List<Path> packages = new ArrayList<>(SharedProgramsTest.packages("models"));
    packages.addAll(SharedProgramsTest.packages("compressed"));
    int constants = 0;
    for (Path file : packages) {
      constants += write(FilesOf.rewritten(FilesOf.folder(file)), file.getFileName().toString());
    }

    Outcome outcome = check();

    assertThat(outcome.errors()).isEmpty();
    assertThat(outcome.exitCode()).isZero();
    assertThat(outcome.output().lines().reduce("", (one, last) -> last))
        .isEqualTo(
            packages.size() + " packages, " + constants + " constants equal to coremltools 9.0.");
  }

  /** Every form that a program can have, in programs of every opset, several functions too. */
  @Test
  void coremltoolsDecodesEveryFormThatWeCompressTo() throws IOException {
    List<String> sources =
        List.of(
            "MnistCNN_f16_ios16",
            "MnistCNN_f32_ios15",
            "SileroVAD_f16_ios17",
            "MultiFunctionMnist",
            "RxnAlbert_f16_ios18_sdpa");
    List<String> schemes =
        List.of(
            "half",
            "int8",
            "uint8@tensor",
            "int4",
            "uint4@block32",
            "int8@block32",
            "lut:1",
            "lut:3",
            "lut-linear:6",
            "lut:8",
            "lut:4@group8",
            "lut:4+int8",
            "lut:6@vector2",
            "lut:4@vector4",
            "lut:8@vector8+int8",
            "lut:4@channel",
            "lut:3@block32",
            "lut:6@block16",
            "sparse:0.5",
            "sparse:2of4",
            "sparse:0.5+int8",
            "sparse:0.5+uint4",
            "sparse:0.5+lut:4",
            "sparse:0.5+lut:6+int8",
            "sparse:0.5@block2+lut:3@group8",
            "uint5+bytewise",
            "lut:5+bytewise",
            "lut:3@group8+int8+bytewise");
    int packages = 0;
    int constants = 0;
    for (String source : sources) {
      CoreMLModel model = ModelReader.read(SharedData.path("models/" + source + ".mlpackage"));
      for (String scheme : schemes) {
        constants += write(uniform(model, Scheme.parse(scheme)), name(source, scheme));
        packages++;
      }
    }

    Outcome outcome = check();

    assertThat(outcome.errors()).isEmpty();
    assertThat(outcome.exitCode()).isZero();
    assertThat(outcome.output().lines().reduce("", (one, last) -> last))
        .isEqualTo(packages + " packages, " + constants + " constants equal to coremltools 9.0.");
  }

  /** Constants in blocks, shared ones, and old forms that go along to a later opset. */
  @Test
  void coremltoolsDecodesWhatBecomesOfMadePrograms() throws IOException {
    Map<String, CoreMLModel> models =
        Map.of(
            "plain", MadePrograms.plain("CoreML5", 6),
            "wide", MadePrograms.wide("CoreML6", 7, 1),
            "nested", MadePrograms.nested(),
            "shared", MadePrograms.shared(),
            "compressed", MadePrograms.compressed(7, List.of("main")));
    int packages = 0;
    int constants = 0;
    for (Map.Entry<String, CoreMLModel> model : models.entrySet()) {
      for (String scheme : MadePrograms.SCHEMES) {
        ModelFiles files = uniform(model.getValue(), Scheme.parse(scheme));
        constants += write(files, name(model.getKey(), scheme));
        packages++;
      }
    }
    constants += write(swept(), "swept.mlpackage");
    packages++;
    constants += write(withAddedBiases(), "biases.mlpackage");
    packages++;

    Outcome outcome = check();

    assertThat(outcome.errors()).isEmpty();
    assertThat(outcome.exitCode()).isZero();
    assertThat(outcome.output().lines().reduce("", (one, last) -> last))
        .isEqualTo(packages + " packages, " + constants + " constants equal to coremltools 9.0.");
  }

  /** A large bias in the file of constants, and a small one in its operation. */
  private static ModelFiles withAddedBiases() {
    ModelFiles files =
        AddedBiasFilesTest.encoder(AddedBiasFilesTest.program())
            .encode(
                new QuantizationPlan(
                    new TreeMap<>(
                        Map.of(
                            "w", Scheme.parse("int8+bias+calibrated"),
                            "z_bias", Scheme.parse("lut:4+bias+calibrated")))));
    assertThat(ModelReader.read(files, "biases.mlpackage").weightTensors())
        .extracting(WeightTensor::identity)
        .contains("y_bias", "z_bias_");
    return files;
  }

  /** What a sweep chooses: fitted codes of two kinds, one of them joint and sparse. */
  private static ModelFiles swept() {
    OptionRules rules =
        new OptionRules(
            OptionRules.ALL.bits(),
            true,
            true,
            true,
            new TreeMap<>(
                Map.of(
                    "w", Scheme.parse("sparse:2of4+lut:4+int8+calibrated"),
                    "v", Scheme.parse("uint4@block4+calibrated"))));
    SweepSettings settings =
        SweepSettings.builder("made.mlpackage", List.of("drawn"), new DrawnInputs(1), "out")
            .criterion(Criteria.parse("snr:0"))
            .threshold(AgreementThreshold.parse("0.5"))
            .deployment(
                new Deployment(Optional.of(DeploymentTarget.parse("iOS18")), ComputeUnit.CPU))
            .perTensor(PerTensorSettings.DEFAULT.toBuilder().rules(rules).build())
            .build();
    try (LocalSweep sweep =
        new LocalSweep(
            MadePrograms.plainFiles("CoreML6", 7),
            Map.of(SampleSet.MAIN, TinySweep.samples("drawn", 60)),
            InferenceEngines.onnxRuntime(),
            2)) {
      LocalSweep.Outcome outcome = sweep.run(settings, SearchListener.SILENT);
      assertThat(outcome.recipe().orElseThrow().tensors().values())
          .contains("sparse:2of4+lut:4+int8+calibrated", "uint4@block4+calibrated");
      return outcome.model().orElseThrow();
    }
  }

  private static String name(String source, String scheme) {
    return source + "__" + scheme.replaceAll("[^a-z0-9]", "_") + ".mlpackage";
  }

  private static ModelFiles uniform(CoreMLModel model, Scheme scheme) {
    List<String> able =
        model.weightTensors().stream()
            .filter(tensor -> model.format().isQuantizable(tensor))
            .filter(tensor -> model.format().refusal(tensor, scheme).isEmpty())
            .map(WeightTensor::identity)
            .toList();
    return new ModelEncoder(model).encode(QuantizationPlan.uniform(scheme, able));
  }

  @Test
  void theCheckFindsOneConstantThatIsOneUnitInTheLastPlaceOff() throws IOException {
    Path file = SharedProgramsTest.packages("compressed").get(0);
    String name = file.getFileName().toString();
    write(FilesOf.rewritten(FilesOf.folder(file)), name);
    Path arrays = folder.resolve(name.replace(".mlpackage", ".weights.npz"));
    Map<String, Tensor> weights = NpzArrays.read(arrays);
    String changed = "n_l10_w_to_fp16_quantized";
    float[] values = weights.get(changed).toArray();
    values[7] = Math.nextUp(values[7]);
    weights.put(changed, Tensor.wrap(weights.get(changed).shape(), values));
    NpzArrays.write(arrays, weights);

    Outcome outcome = check();

    assertThat(outcome.exitCode()).isEqualTo(1);
    assertThat(outcome.errors())
        .startsWith(
            folder.resolve(name)
                + ": "
                + changed
                + ": 1 of "
                + values.length
                + " values differ from coremltools'; the first at flat index 7: ours ")
        .hasLineCount(1);
  }

  private int write(ModelFiles files, String name) throws IOException {
    Path root = folder.resolve(name);
    for (Map.Entry<String, FileContent> file : files.files().entrySet()) {
      Path path = root.resolve(file.getKey());
      Files.createDirectories(path.getParent());
      try (InputStream in = file.getValue().open()) {
        Files.copy(in, path);
      }
    }
    Map<String, Tensor> weights = weights(ModelReader.read(files, name));
    NpzArrays.write(folder.resolve(name.replace(".mlpackage", ".weights.npz")), weights);
    return weights.size();
  }

  private static Map<String, Tensor> weights(CoreMLModel model) {
    Map<String, Tensor> weights = new TreeMap<>();
    for (WeightTensor tensor : model.weightTensors()) {
      weights.put(tensor.identity(), tensor.values());
    }
    for (int i = 0; i < model.stages().size(); i++) {
      String prefix = i + ":";
      weights(model.stages().get(i)).forEach((name, value) -> weights.put(prefix + name, value));
    }
    return weights;
  }

  private Outcome check() {
    return python.run(
        PythonEnvironment.repository(
            "pipeline-core/src/test/python/check_programs_with_coremltools.py"),
        folder.toString());
  }
}
