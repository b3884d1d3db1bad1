package org.quantsweep.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quantsweep.report.ResultFile;
import org.quantsweep.report.SweepResult;

/** One option for each weight tensor of the bundled sample, as a user would do it. */
class PerTensorSweepIT {
  private static final Path SAMPLE = Path.of("../datasets/src/main/sample").toAbsolutePath();
  private static final String MODEL = SAMPLE.resolve("shapes.mlmodel").toString();

  @TempDir Path folder;

  @Test
  void findsConfirmsRepeatsAndIsMadeAgainFromItsRecipe() throws Exception {
    Path pictures = somePictures();
    SweepResult first = sweep(pictures, "one");
    SweepResult.Chosen selected = first.selected();
    assertThat(selected.plan()).isNotNull();
    assertThat(selected.encodedSize()).isLessThan(first.bestUniform().encodedSize());
    assertThat(selected.agreement().agreeing())
        .isGreaterThanOrEqualTo((long) Math.ceil(0.9 * selected.agreement().samples()));
    assertThat(selected.confirmation().agreeing())
        .isGreaterThanOrEqualTo(first.certificate().confirmation().required());
    assertThat(first.certificate().confirmation().opened()).isEqualTo(1);
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

    SweepResult again = sweep(pictures, "one");
    assertThat(again.selected()).isEqualTo(selected);
    assertThat(again.candidates()).isEqualTo(first.candidates());
    assertThat(again.certificate()).isEqualTo(first.certificate());
    assertThat(again.cost().inferences()).isZero();

    Path made = folder.resolve("made.mlmodel");
    Path recipe = folder.resolve("one/recipe.yaml");
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
            somePictures().toString(),
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

  private SweepResult sweep(Path pictures, String output) throws Exception {
    StringWriter err = new StringWriter();
    int code =
        run(
            err,
            "sweep",
            "--model",
            MODEL,
            "--samples",
            pictures.toString(),
            "--family",
            "per-tensor",
            "--agreement",
            "0.9",
            "--sensitivity-samples",
            "32",
            "--output",
            folder.resolve(output).toString());
    assertThat(code).as(err.toString()).isZero();
    Path file = folder.resolve(output).resolve(ResultFile.NAME);
    return ResultFile.fromJson(Files.readString(file), file.toString());
  }

  private static int run(StringWriter err, String... arguments) {
    List<String> all = new ArrayList<>(Arrays.asList(arguments));
    return QuantSweep.run(
        new PrintWriter(new StringWriter()),
        new PrintWriter(err, true),
        all.toArray(new String[0]));
  }

  /** Every fourth picture. */
  private Path somePictures() throws Exception {
    Path pictures = folder.resolve("pictures");
    try (Stream<Path> all = Files.walk(SAMPLE.resolve("pictures"))) {
      List<Path> files = all.filter(Files::isRegularFile).sorted().toList();
      for (int i = 0; i < files.size(); i += 4) {
        Path target = pictures.resolve(SAMPLE.resolve("pictures").relativize(files.get(i)));
        Files.createDirectories(target.getParent());
        Files.copy(files.get(i), target);
      }
    }
    return pictures;
  }
}
