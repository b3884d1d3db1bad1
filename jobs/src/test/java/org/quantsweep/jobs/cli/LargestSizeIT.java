package org.quantsweep.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.report.ResultFile;
import org.quantsweep.report.SweepResult;
import org.quantsweep.testing.FileSchemas;

/** The most agreeing model of the bundled sample up to a size, as a user would ask for it. */
class LargestSizeIT {
  private static final Path SAMPLE = Path.of("../datasets/src/main/sample").toAbsolutePath();

  @TempDir Path folder;

  @Test
  void isChosenStatedPublishedAndFoundAgain() throws Exception {
    Path pictures = somePictures();
    String registry = folder.resolve("registry").toString();
    SweepResult first =
        sweep(0, pictures, "--largest-size", "45KB", "--publish", registry + "/shapes");
    SweepResult.Chosen selected = first.selected();
    assertThat(first.threshold()).isNull();
    assertThat(first.settings()).containsEntry("largest-size", "45KB");
    assertThat(selected.plan()).isNotNull();
    assertThat(selected.encodedSize()).isLessThanOrEqualTo(45_000);
    assertThat(selected.agreement().agreeing())
        .isGreaterThanOrEqualTo(first.bestUniform().agreement().agreeing());
    assertThat(first.bestUniform().encodedSize()).isLessThanOrEqualTo(45_000);
    assertThat(selected.confirmation().samples())
        .isEqualTo(first.samples().splits().get("confirmation").samples());
    assertThat(first.certificate().confirmation().opened()).isEqualTo(1);
    Path file = folder.resolve("out").resolve(selected.file());
    assertThat(Sha256Digest.of(Files.readAllBytes(file)).hex()).isEqualTo(selected.sha256());
    assertThat(first.published().version()).isEqualTo(1);

    SweepResult again = sweep(0, pictures, "--largest-size", "45000B");
    assertThat(again.cost().inferences()).isZero();
    assertThat(again.sweepDigest()).isEqualTo(first.sweepDigest());
    assertThat(again.selected()).isEqualTo(selected);
    assertThat(again.candidates()).isEqualTo(first.candidates());
    assertThat(again.certificate()).isEqualTo(first.certificate());

    SweepResult none = sweep(QuantSweep.NONE_ACCEPTABLE, pictures, "--largest-size", "1KB");
    assertThat(none.decision()).isEqualTo(SweepResult.NONE_ACCEPTABLE);
    assertThat(none.certificate().confirmation()).isNull();
    assertThat(file).doesNotExist();
  }

  private SweepResult sweep(int code, Path pictures, String... more) throws Exception {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "sweep",
                "--model",
                SAMPLE.resolve("shapes.mlmodel").toString(),
                "--samples",
                pictures.toString(),
                "--bits",
                "2,4",
                "--no-calibration",
                "--sensitivity-samples",
                "32",
                "--output",
                folder.resolve("out").toString()));
    arguments.addAll(List.of(more));
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int ended =
        QuantSweep.run(
            new PrintWriter(out), new PrintWriter(err, true), arguments.toArray(new String[0]));
    assertThat(ended).as(err.toString()).isEqualTo(code);
    Path file = FileSchemas.requireValid(folder.resolve("out")).resolve(ResultFile.NAME);
    return ResultFile.fromJson(Files.readString(file), file.toString());
  }

  /** Every twentieth picture. */
  private Path somePictures() throws Exception {
    Path pictures = folder.resolve("pictures");
    try (Stream<Path> all = Files.walk(SAMPLE.resolve("pictures"))) {
      List<Path> files = all.filter(Files::isRegularFile).sorted().toList();
      for (int i = 0; i < files.size(); i += 20) {
        Path target = pictures.resolve(SAMPLE.resolve("pictures").relativize(files.get(i)));
        Files.createDirectories(target.getParent());
        Files.copy(files.get(i), target);
      }
    }
    return pictures;
  }
}
