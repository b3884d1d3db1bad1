package org.quantsweep.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quantsweep.coreml.WeightStorage;
import org.quantsweep.coreml.WeightTensor;
import org.quantsweep.coreml.file.ModelReader;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.job.Recipe;
import org.quantsweep.jobs.registry.HadoopModelRegistry;
import org.quantsweep.proto.coreml.ConvolutionLayerParams;
import org.quantsweep.proto.coreml.Model;
import org.quantsweep.registry.EvidenceFile;
import org.quantsweep.registry.ModelName;
import org.quantsweep.registry.Provenance;
import org.quantsweep.report.ResultFile;
import org.quantsweep.report.SweepResult;
import org.quantsweep.testing.FileSchemas;

/** One option for each weight tensor of the bundled sample, as a user would do it. */
class PerTensorSweepIT {
  private static final Path SAMPLE = Path.of("../datasets/src/main/sample").toAbsolutePath();
  private static final String MODEL = SAMPLE.resolve("shapes.mlmodel").toString();

  /** Each takes seconds of fitting. */
  private static final String WIDTHS = "2,3,4,6";

  @TempDir Path folder;

  @Test
  void findsConfirmsRepeatsAndIsMadeAgainFromItsRecipe() throws Exception {
    Path pictures = somePictures(4);
    String registry = folder.resolve("registry").toString();
    String publish = registry + "/shapes";
    SweepResult first = sweep(MODEL, pictures, "one", "--bits", WIDTHS, "--publish", publish);
    SweepResult.Chosen selected = first.selected();
    assertThat(selected.plan()).isNotNull();
    assertThat(selected.encodedSize()).isLessThan(first.bestUniform().encodedSize());
    assertThat(selected.agreement().agreeing())
        .isGreaterThanOrEqualTo((long) Math.ceil(0.9 * selected.agreement().samples()));
    assertThat(selected.confirmation().agreeing())
        .isGreaterThanOrEqualTo(first.certificate().confirmation().required());
    assertThat(first.certificate().confirmation().opened()).isEqualTo(1);
    assertThat(first.certificate().smallest().encodedSize())
        .isLessThanOrEqualTo(selected.encodedSize());
    assertThat(first.certificate().neighbours())
        .allMatch(row -> row.encodedSize() < first.certificate().smallest().encodedSize())
        .allMatch(row -> row.verdict().startsWith("rejected"));
    assertThat(first.recipe().tensors())
        .extracting(row -> row.tensor())
        .containsExactly(
            "conv1/weights",
            "conv2/weights",
            "conv3/weights",
            "conv4/weights",
            "fc1/weights",
            "fc2/weights");
    assertThat(first.samples().splits().keySet())
        .containsExactly("calibration", "confirmation", "selection");
    long parts =
        first.samples().splits().values().stream().mapToLong(SweepResult.Split::samples).sum();
    assertThat(parts).isEqualTo(625);
    requireProvenance(new HadoopModelRegistry(registry, new Configuration()), first);

    SweepResult again = sweep(MODEL, pictures, "one", "--bits", WIDTHS);
    assertThat(again.selected()).isEqualTo(selected);
    assertThat(again.candidates()).isEqualTo(first.candidates());
    assertThat(again.certificate()).isEqualTo(first.certificate());
    assertThat(again.cost().inferences()).isZero();

    Path made = folder.resolve("made.mlmodel");
    Path recipe = folder.resolve("one/recipe.yaml");
    requireWarmStarts(pictures, recipe, selected);
    StringWriter err = new StringWriter();
    assertThat(run(err, "quantize", MODEL, "--recipe", recipe.toString(), "--output", made + ""))
        .as(err.toString())
        .isZero();
    assertThat(Files.readAllBytes(made))
        .isEqualTo(Files.readAllBytes(folder.resolve("one/selected.mlmodel")));
    assertThat(err).hasToString("this is the model that the recipe names (SHA-256)\n");

    Path edited = folder.resolve("one/edited.yaml");
    Files.writeString(
        edited,
        Files.readString(recipe).replaceFirst("fc1/weights: \"?[^\\s\"]+\"?", "fc1/weights: half"));
    StringWriter other = new StringWriter();
    assertThat(run(other, "quantize", MODEL, "--recipe", edited.toString(), "--output", made + ""))
        .as(other.toString())
        .isZero();
    assertThat(other.toString()).startsWith("this is another model than the recipe names");
  }

  /**
   * From a recipe in an output folder that holds statistics only: its codes are fitted first, and
   * nothing is gathered.
   */
  private void requireWarmStarts(Path pictures, Path recipe, SweepResult.Chosen before)
      throws Exception {
    Path own =
        Files.copy(
            recipe, Files.createDirectory(folder.resolve("warm")).resolve(recipe.getFileName()));
    Path statistics = folder.resolve("warm/evaluations-statistics");
    Files.move(folder.resolve("one/evaluations-statistics"), statistics);
    SweepResult warm =
        sweep(MODEL, pictures, "warm", "--bits", WIDTHS, "--warm-start", own.toString());
    assertThat(statistics.resolve("_delta_log"))
        .isDirectoryNotContaining("glob:**1.json")
        .isDirectoryContaining("glob:**0.json");
    // A ladder of other rungs may end above the earlier answer, which is not its only rung.
    assertThat(warm.selected().encodedSize()).isLessThan(warm.bestUniform().encodedSize());
    assertThat(
            warm.certificate().smallest() == null
                || warm.certificate().smallest().encodedSize() < before.encodedSize())
        .isTrue();
    assertThat(warm.candidates())
        .filteredOn(row -> before.plan().equals(row.plan()))
        .singleElement()
        .satisfies(row -> assertThat(row.verdict()).isEqualTo("accepted"));
    String kept = Files.readString(recipe);
    StringWriter err = new StringWriter();
    int code =
        run(
            err,
            "sweep",
            "--model",
            MODEL,
            "--samples",
            pictures.toString(),
            "--output",
            folder.resolve("one").toString(),
            "--warm-start",
            recipe + "s");
    assertThat(code).as(err.toString()).isEqualTo(4);
    assertThat(err.toString())
        .endsWith(recipe + "s: the recipe does not exist.\nMaybe check the path.\n");
    assertThat(recipe).hasContent(kept);
  }

  /**
   * Who finds the model in the registry can repeat the sweep: every part of the samples stands
   * there.
   */
  private void requireProvenance(HadoopModelRegistry registry, SweepResult result)
      throws IOException {
    ModelName name = new ModelName("shapes");
    assertThat(result.published().version()).isEqualTo(1);
    Provenance provenance = registry.provenance(name, 1);
    assertThat(provenance.sourceModel().name()).isEqualTo("shapes.mlmodel");
    assertThat(provenance.sourceModel().digest())
        .isEqualTo(Sha256Digest.of(Files.readAllBytes(Path.of(MODEL))));
    assertThat(provenance.sampleSets())
        .isEqualTo(
            result.samples().splits().entrySet().stream()
                .map(
                    part ->
                        new Provenance.SampleSet(
                            part.getKey(),
                            new Sha256Digest(part.getValue().setDigest()),
                            (int) part.getValue().samples()))
                .toList());
    assertThat(provenance.sampleSets())
        .extracting(Provenance.SampleSet::role)
        .containsExactly("calibration", "confirmation", "selection");
    assertThat(provenance.settings())
        .containsEntry("model", MODEL)
        .containsEntry("samples", folder.resolve("pictures-4").toString())
        .containsEntry("criterion", "top-1")
        .containsEntry("agreement", "0.9")
        .containsEntry("family", "per-tensor")
        .containsEntry("strategy", "knapsack")
        .containsEntry("sensitivity-samples", "32")
        .containsEntry("no-added-biases", "false")
        .containsEntry("seed", "0")
        .containsEntry("acceptance", "point")
        .containsEntry("confidence", "0.95")
        .containsEntry("fit", "stretch")
        .doesNotContainKeys("warm-start", "publish", "splits");
    assertThat(provenance.settings()).isEqualTo(result.settings());
    String recipe = Files.readString(folder.resolve("one").resolve(Recipe.FILE));
    assertThat(registry.evidence(name, 1))
        .contains(
            new EvidenceFile(Recipe.FILE, recipe),
            new EvidenceFile(ResultFile.NAME, ResultFile.toJson(result.withPublished(null))))
        .extracting(EvidenceFile::name)
        .containsExactly("evidence.json", "recipe.yaml", "report.html", "result.json");
    assertThat(folder.resolve("one/report.html")).content().contains(result.published().registry());

    // Published later, from what lies in the folder: the same parts, and what the result tells.
    StringWriter err = new StringWriter();
    String output = folder.resolve("one").toString();
    String later = folder.resolve("later").toString();
    assertThat(run(err, "registry", "publish", output, later + "/shapes"))
        .as(err.toString())
        .isZero();
    Provenance told = new HadoopModelRegistry(later, new Configuration()).provenance(name, 1);
    assertThat(told.sampleSets()).isEqualTo(provenance.sampleSets());
    assertThat(told.settings()).isEqualTo(provenance.settings());
  }

  /** Neither the seed nor the preparation of pictures is as by default, and codes are gone. */
  @Test
  void fittedCodesAreDerivedAgainAsTheRecipeTells() throws Exception {
    Path pictures = somePictures(16);
    SweepResult result =
        sweep(
            MODEL,
            pictures,
            "seeded",
            "--seed",
            "7",
            "--fit",
            "crop",
            "--exif-orientation",
            "--bits",
            "3,8",
            "--keep",
            "conv2/weights=linear:3+calibrated");
    Path written = folder.resolve("seeded").resolve(Recipe.FILE);
    Recipe recipe = Recipe.parse(Files.readAllBytes(written), written.toString());
    assertThat(recipe.fitting())
        .containsEntry("seed", "7")
        .containsEntry("fit", "crop")
        .containsEntry("exif-orientation", "true")
        .containsEntry("samples", result.samples().splits().get("calibration").setDigest());
    // Beside this one lie no codes.
    Path alone = Files.createDirectory(folder.resolve("alone")).resolve(Recipe.FILE);
    Files.copy(written, alone);
    Path made = folder.resolve("made-again.mlmodel");
    StringWriter err = new StringWriter();
    int code =
        run(
            err,
            "quantize",
            MODEL,
            "--recipe",
            alone.toString(),
            "--calibration",
            pictures.toString(),
            "--output",
            made.toString());
    assertThat(code).as(err.toString()).isZero();
    assertThat(err).hasToString("this is the model that the recipe names (SHA-256)\n");
    assertThat(Files.readAllBytes(made))
        .isEqualTo(Files.readAllBytes(folder.resolve("seeded/selected.mlmodel")));

    // Other samples are used all the same, and told.
    Path others = somePictures(100);
    StringWriter other = new StringWriter();
    int second =
        run(
            other,
            "quantize",
            MODEL,
            "--recipe",
            alone.toString(),
            "--calibration",
            others.toString(),
            "--output",
            made.toString());
    assertThat(second).as(other.toString()).isZero();
    assertThat(other.toString())
        .startsWith(
            "the fitted codes come from other samples, settings or another engine than those of"
                + " the recipe\n  samples: here ");
  }

  @Test
  void aLayerWithoutABiasGetsOneWhoseBytesCount() throws Exception {
    // With their batch norms left, the convolutions have none.
    assertThat(convolution(Path.of(MODEL)).getHasBias()).isFalse();
    SweepResult result =
        sweep(
            MODEL,
            somePictures(16),
            "biases",
            "--keep-batch-norm",
            "--bits",
            "3,8",
            "--keep",
            "conv2/weights=linear:3+bias+calibrated");

    assertThat(result.selected().plan()).isNotNull();
    // One scheme for all is none that keeps this weight tensor so.
    assertThat(result.candidates().stream().filter(row -> row.plan() == null))
        .extracting(SweepResult.Row::scheme)
        .containsExactly("as-given");
    Path file = folder.resolve("biases/selected.mlmodel");
    assertThat(Files.size(file)).isEqualTo(result.selected().encodedSize());
    ConvolutionLayerParams chosen = convolution(file);
    assertThat(chosen.getHasBias()).isTrue();
    WeightTensor bias =
        ModelReader.read(file).weightTensors().stream()
            .filter(tensor -> tensor.identity().equals("conv2/bias"))
            .findFirst()
            .orElseThrow();
    assertThat(bias.storage()).isInstanceOf(WeightStorage.Float16.class);
    assertThat(bias.values().toArray())
        .hasSize((int) chosen.getOutputChannels())
        .isNotEqualTo(new float[(int) chosen.getOutputChannels()]);

    Path written = folder.resolve("biases").resolve(Recipe.FILE);
    Recipe recipe = Recipe.parse(Files.readAllBytes(written), written.toString());
    assertThat(recipe.rewrites()).isEmpty();
    assertThat(recipe.tensors()).containsEntry("conv2/weights", "linear:3+bias+calibrated");
    Path made = folder.resolve("made-with-bias.mlmodel");
    StringWriter err = new StringWriter();
    assertThat(run(err, "quantize", MODEL, "--recipe", written + "", "--output", made.toString()))
        .as(err.toString())
        .isZero();
    assertThat(Files.readAllBytes(made)).isEqualTo(Files.readAllBytes(file));
  }

  private static ConvolutionLayerParams convolution(Path model) throws IOException {
    return Model.parseFrom(Files.readAllBytes(model))
        .getNeuralNetworkClassifier()
        .getLayersList()
        .stream()
        .filter(layer -> layer.getName().equals("conv2"))
        .findFirst()
        .orElseThrow()
        .getConvolution();
  }

  @Test
  void noneAcceptableIsAnAnswerOfItsOwn() throws Exception {
    StringWriter err = new StringWriter();
    int code =
        run(
            err,
            "sweep",
            "--model",
            MODEL,
            "--samples",
            somePictures(4).toString(),
            "--schemes",
            "linear:1,lut-kmeans:1",
            "--output",
            folder.resolve("none").toString(),
            "--publish",
            folder.resolve("registry") + "/shapes");
    assertThat(code).as(err.toString()).isEqualTo(3);
    assertThat(folder.resolve("registry")).doesNotExist();
    assertThat(folder.resolve("none/selected.mlmodel")).doesNotExist();
  }

  private SweepResult sweep(String model, Path pictures, String output, String... more)
      throws Exception {
    StringWriter err = new StringWriter();
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "sweep",
                "--model",
                model,
                "--samples",
                pictures.toString(),
                "--family",
                "per-tensor",
                "--agreement",
                "0.9",
                "--sensitivity-samples",
                "32",
                "--output",
                folder.resolve(output).toString()));
    arguments.addAll(Arrays.asList(more));
    int code = run(err, arguments.toArray(new String[0]));
    assertThat(code).as(err.toString()).isZero();
    Path file = FileSchemas.requireValid(folder.resolve(output)).resolve(ResultFile.NAME);
    return ResultFile.fromJson(Files.readString(file), file.toString());
  }

  private static int run(StringWriter err, String... arguments) {
    return QuantSweep.run(
        new PrintWriter(new StringWriter()), new PrintWriter(err, true), arguments);
  }

  /** Every so-manieth picture. */
  private Path somePictures(int step) throws Exception {
    Path pictures = folder.resolve("pictures-" + step);
    try (Stream<Path> all = Files.walk(SAMPLE.resolve("pictures"))) {
      List<Path> files = all.filter(Files::isRegularFile).sorted().toList();
      for (int i = 0; i < files.size(); i += step) {
        Path target = pictures.resolve(SAMPLE.resolve("pictures").relativize(files.get(i)));
        Files.createDirectories(target.getParent());
        Files.copy(files.get(i), target);
      }
    }
    return pictures;
  }
}
