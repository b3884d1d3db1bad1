package org.quantsweep.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.quantsweep.agreement.AgreementThreshold;
import org.quantsweep.agreement.Criteria;
import org.quantsweep.coreml.ComputeUnit;
import org.quantsweep.coreml.Deployment;
import org.quantsweep.coreml.DeploymentTarget;
import org.quantsweep.coreml.file.ModelReader;
import org.quantsweep.coreml.mlprogram.MadePrograms;
import org.quantsweep.datasets.IngestLimits;
import org.quantsweep.datasets.LocalSamples;
import org.quantsweep.datasets.picture.PicturePreparation;
import org.quantsweep.inference.InferenceEngine;
import org.quantsweep.inference.engine.InferenceEngines;
import org.quantsweep.job.LocalSweep;
import org.quantsweep.job.PerTensorSettings;
import org.quantsweep.job.Recipe;
import org.quantsweep.job.SampleSet;
import org.quantsweep.job.SweepSettings;
import org.quantsweep.jobs.files.LocalStorage;
import org.quantsweep.jobs.registry.HadoopModelRegistry;
import org.quantsweep.quantize.Scheme;
import org.quantsweep.registry.ModelName;
import org.quantsweep.report.ResultFile;
import org.quantsweep.report.ResultTable;
import org.quantsweep.report.SweepResult;
import org.quantsweep.search.OptionRules;
import org.quantsweep.search.SearchListener;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;
import org.quantsweep.testing.FileSchemas;
import org.quantsweep.testing.NpzArrays;

/** What is tested of networks, with an ML Program: it is swept, killed, repeated and published. */
class PackageSweepIT {
  private static final Path MODEL =
      Path.of("src/test/resources/packages/digits.mlpackage").toAbsolutePath();

  @TempDir Path folder;

  private Path samples;

  /** 600 samples of sixteen numbers. */
  @BeforeEach
  void drawSamples() throws IOException {
    Random random = new Random(3);
    float[] numbers = new float[600 * 16];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = (float) random.nextGaussian();
    }
    samples = folder.resolve("set.npz");
    NpzArrays.write(samples, Map.of("x", Tensor.wrap(Shape.of(600, 1, 16), numbers)));
  }

  /** One weight tensor is kept so, which leaves no scheme for all: a plan with fitted codes. */
  private List<String> perTensor(String output, String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "sweep",
                "--model",
                MODEL.toString(),
                "--samples",
                samples.toString(),
                "--agreement",
                "0.9",
                "--deployment-target",
                "iOS18",
                "--keep",
                "second_weight_0=int8+calibrated",
                "--sensitivity-samples",
                "32",
                "--output",
                folder.resolve(output).toString()));
    arguments.addAll(Arrays.asList(more));
    return arguments;
  }

  private SweepResult result(String output) throws IOException {
    Path file = FileSchemas.requireValid(folder.resolve(output)).resolve(ResultFile.NAME);
    return ResultFile.fromJson(Files.readString(file), file.toString());
  }

  private SweepResult sweep(List<String> arguments, String output) throws IOException {
    StringWriter err = new StringWriter();
    assertThat(run(err, arguments.toArray(new String[0]))).as(err.toString()).isZero();
    return result(output);
  }

  private static int run(StringWriter err, String... arguments) {
    return QuantSweep.run(
        new PrintWriter(new StringWriter()), new PrintWriter(err, true), arguments);
  }

  @Test
  void aKilledSweepContinuesAndItsPackageIsMadeAgainAndPublished() throws Exception {
    killAtSensitivities(perTensor("one"));
    assertThat(folder.resolve("one").resolve(ResultFile.NAME)).doesNotExist();
    String registry = folder.resolve("registry").toString();
    SweepResult first = sweep(perTensor("one", "--publish", registry + "/digits"), "one");
    SweepResult.Chosen selected = first.selected();
    assertThat(selected.plan()).isNotNull();
    assertThat(selected.file()).isEqualTo("selected.mlpackage");
    assertThat(selected.ratio()).isLessThan(0.7);
    assertThat(first.recipe().tensors())
        .extracting(row -> row.tensor())
        .containsExactly("first_weight_0", "second_weight_0");
    assertThat(first.recipe().tensors())
        .filteredOn(row -> row.tensor().equals("second_weight_0"))
        .extracting(row -> row.scheme())
        .containsExactly("int8+calibrated");
    Path chosen = folder.resolve("one/selected.mlpackage");
    assertThat(ModelReader.files(chosen).digest().hex()).isEqualTo(selected.sha256());
    assertThat(ModelReader.files(chosen).size().bytes()).isEqualTo(selected.encodedSize());

    // From the beginning: the same, but for what the killed one had done already.
    SweepResult whole = sweep(perTensor("whole"), "whole");
    assertThat(whole.selected()).isEqualTo(selected);
    assertThat(whole.candidates()).isEqualTo(first.candidates());
    assertThat(whole.certificate()).isEqualTo(first.certificate());
    assertThat(whole.sweepDigest()).isEqualTo(first.sweepDigest());

    requireMadeAgain(selected);
    requirePublished(registry, selected);
    requireWarmStart(selected);
  }

  private void requireMadeAgain(SweepResult.Chosen selected) throws IOException {
    Path recipe = folder.resolve("one").resolve(Recipe.FILE);
    Path made = folder.resolve("made.mlpackage");
    StringWriter err = new StringWriter();
    int code =
        run(err, "quantize", MODEL + "", "--recipe", recipe + "", "--output", made.toString());
    assertThat(code).as(err.toString()).isZero();
    assertThat(err).hasToString("this is the model that the recipe names (SHA-256)\n");
    assertThat(ModelReader.files(made).digest().hex()).isEqualTo(selected.sha256());

    requireFittedAgain(recipe, made, selected);

    StringWriter early = new StringWriter();
    List<String> target =
        List.of(
            "quantize",
            MODEL.toString(),
            "--recipe",
            recipe.toString(),
            "--deployment-target",
            "iOS15",
            "--output",
            made.toString());
    assertThat(run(early, target.toArray(new String[0]))).isEqualTo(2);
    assertThat(early)
        .hasToString(
            "an ML Program of opset CoreML6 loads on iOS 16, macOS 13 and later, not on iOS15.\n"
                + "Maybe write --deployment-target iOS16, or convert the model again for an earlier"
                + " system.\n");
  }

  /** Beside this recipe lie no codes, so that they are derived from the samples. */
  private void requireFittedAgain(Path recipe, Path made, SweepResult.Chosen selected)
      throws IOException {
    Path alone = Files.createDirectory(folder.resolve("alone")).resolve(Recipe.FILE);
    Files.copy(recipe, alone);
    StringWriter err = new StringWriter();
    int code =
        run(
            err,
            "quantize",
            MODEL.toString(),
            "--recipe",
            alone.toString(),
            "--calibration",
            samples.toString(),
            "--output",
            made.toString());
    assertThat(code).as(err.toString()).isZero();
    assertThat(err).hasToString("this is the model that the recipe names (SHA-256)\n");
    assertThat(ModelReader.files(made).digest().hex()).isEqualTo(selected.sha256());
  }

  private void requirePublished(String registry, SweepResult.Chosen selected) throws IOException {
    ModelName name = new ModelName("digits");
    HadoopModelRegistry published = new HadoopModelRegistry(registry, new Configuration());
    assertThat(published.provenance(name, 1).settings())
        .containsEntry("deployment-target", "iOS18")
        .containsEntry("compute-unit", "all");
    Path stored = folder.resolve("registry/models").resolve(selected.sha256());
    assertThat(ModelReader.files(stored.resolve("selected.mlpackage")).digest().hex())
        .isEqualTo(selected.sha256());
    // Once more is the same version.
    StringWriter err = new StringWriter();
    String output = folder.resolve("one").toString();
    assertThat(run(err, "registry", "publish", output, registry + "/digits"))
        .as(err.toString())
        .isZero();
    try (var versions = Files.list(folder.resolve("registry/names/digits/versions"))) {
      assertThat(versions.filter(file -> file.toString().endsWith(".json"))).hasSize(1);
    }
  }

  private void requireWarmStart(SweepResult.Chosen before) throws IOException {
    String recipe = folder.resolve("one").resolve(Recipe.FILE).toString();
    SweepResult warm = sweep(perTensor("warm", "--warm-start", recipe), "warm");
    assertThat(warm.selected().encodedSize()).isLessThanOrEqualTo(before.encodedSize());
    assertThat(warm.candidates()).extracting(SweepResult.Row::plan).contains(before.plan());
  }

  @Test
  void sparkAndThisProcessChooseTheSamePackage() throws Exception {
    SweepResult here;
    try (LocalSweep sweep =
        new LocalSweep(
            ModelReader.files(MODEL),
            Map.of(SampleSet.MAIN, LocalSamples.read(samples, IngestLimits.DEFAULT)),
            InferenceEngines.onnxRuntime(),
            3)) {
      here = sweep.run(uniform("uniform").build(), SearchListener.SILENT).result();
      // Whoever names a form gets it, and is not told that it was left out.
      SweepSettings named = uniform("named").schemes(List.of("lut:4", "lut:8")).build();
      SweepResult asked = sweep.run(named, SearchListener.SILENT).result();
      assertThat(asked.candidates())
          .extracting(SweepResult.Row::scheme)
          .containsExactly("lut:4", "lut:8");
      assertThat(asked.notOffered()).isEmpty();
    }
    assertThat(here.notOffered())
        .containsExactly(
            new SweepResult.NotOffered(
                "4-bit look-up tables",
                "are reported to crash on the GPU of macOS 26 while they are loaded",
                "apple/coremltools#2688, #2716"));
    SweepResult spark =
        sweep(
            List.of(
                "sweep",
                "--model",
                MODEL.toString(),
                "--samples",
                samples.toString(),
                "--agreement",
                "0.9",
                "--family",
                "uniform",
                "--deployment-target",
                "iOS18",
                "--compute-unit",
                "gpu",
                "--output",
                folder.resolve("uniform").toString()),
            "uniform");
    assertThat(spark.selected().sha256()).isEqualTo(here.selected().sha256());
    assertThat(spark.candidates()).isEqualTo(here.candidates());
    assertThat(spark.sweepDigest()).isEqualTo(here.sweepDigest());
    assertThat(spark.notOffered()).isEqualTo(here.notOffered());
    assertThat(ResultTable.toText(spark))
        .contains(
            "Not offered: 4-bit look-up tables are reported to crash on the GPU of macOS 26 while"
                + " they are loaded (apple/coremltools#2688, #2716).\n");
    assertThat(spark.candidates())
        .extracting(SweepResult.Row::scheme)
        .contains("int4@block32", "lut:3", "uint8@tensor", "as-given")
        .doesNotContain("lut:4");
  }

  /** Codes are fitted to the inputs of all functions that were judged: the recipe says which. */
  @ParameterizedTest
  @ValueSource(strings = {"", "other"})
  void fittedCodesOfSeveralFunctionsAreDerivedAgain(String function) throws Exception {
    Path given = folder.resolve("several.mlpackage");
    new LocalStorage().prepare(given.toString(), MadePrograms.twoFunctionFiles()).replace();
    TreeMap<String, Scheme> kept = new TreeMap<>();
    for (String tensor :
        function.isEmpty() ? List.of("main/own", "other/own") : List.of("other/own")) {
      kept.put(tensor, Scheme.parse("int4+calibrated"));
    }
    kept.put("main/w", Scheme.parse("lut:4+calibrated"));
    OptionRules all = OptionRules.ALL;
    SweepSettings settings =
        SweepSettings.builder(
                given.toString(),
                List.of(samples.toString()),
                PicturePreparation.DEFAULT,
                folder.resolve("several").toString())
            .criterion(Criteria.parse("snr:0"))
            .threshold(AgreementThreshold.parse("0.5"))
            .functions(function.isEmpty() ? List.of() : List.of(function))
            .perTensor(
                PerTensorSettings.DEFAULT.toBuilder()
                    .rules(new OptionRules(all.bits(), true, true, true, kept))
                    .build())
            .build();
    Recipe recipe;
    try (LocalSweep sweep =
        new LocalSweep(
            ModelReader.files(given),
            Map.of(SampleSet.MAIN, LocalSamples.read(samples, IngestLimits.DEFAULT)),
            InferenceEngines.onnxRuntime(InferenceEngine.RUN_LIMIT, false, settings.functions()),
            2)) {
      recipe = sweep.run(settings, SearchListener.SILENT).recipe().orElseThrow();
    }
    Path alone = folder.resolve(Recipe.FILE);
    Files.writeString(alone, recipe.toYaml());
    StringWriter err = new StringWriter();
    int code =
        run(
            err,
            "quantize",
            given.toString(),
            "--recipe",
            alone.toString(),
            "--calibration",
            samples.toString(),
            "--output",
            folder.resolve("again.mlpackage").toString());
    assertThat(code).as(err.toString()).isZero();
    assertThat(err).hasToString("this is the model that the recipe names (SHA-256)\n");
  }

  private SweepSettings.Builder uniform(String output) {
    return SweepSettings.builder(
            MODEL.toString(),
            List.of(samples.toString()),
            PicturePreparation.DEFAULT,
            folder.resolve(output).toString())
        .threshold(AgreementThreshold.parse("0.9"))
        .deployment(new Deployment(Optional.of(DeploymentTarget.parse("iOS18")), ComputeUnit.GPU))
        .uniform();
  }

  /** In a process of its own, which is ended hard once it measures sensitivities. */
  private void killAtSensitivities(List<String> arguments) throws Exception {
    ProcessBuilder builder = CommandProcess.of(folder, SweepThatWaits.class, List.of(), arguments);
    builder.redirectOutput(folder.resolve("killed.out").toFile());
    Process process = builder.start();
    List<ProcessHandle> started = new ArrayList<>();
    StringBuilder progress = new StringBuilder();
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(process.getErrorStream(), StandardCharsets.UTF_8))) {
      String line = lines.readLine();
      while (line != null && !line.contains(SweepThatWaits.PLACE)) {
        progress.append(line).append('\n');
        line = lines.readLine();
      }
      assertThat(line).as(progress.toString()).isNotNull();
      started.addAll(process.descendants().toList());
    } finally {
      started.forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
    assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
  }
}
