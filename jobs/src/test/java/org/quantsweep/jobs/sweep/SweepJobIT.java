package org.quantsweep.jobs.sweep;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quantsweep.agreement.AgreementThreshold;
import org.quantsweep.artifact.ModelFiles;
import org.quantsweep.datasets.IngestLimits;
import org.quantsweep.datasets.LocalSamples;
import org.quantsweep.datasets.picture.PicturePreparation;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.inference.engine.InferenceEngines;
import org.quantsweep.job.LocalSweep;
import org.quantsweep.job.SampleSet;
import org.quantsweep.job.SweepSettings;
import org.quantsweep.jobs.spark.SparkSessions;
import org.quantsweep.report.SweepResult;
import org.quantsweep.search.SearchListener;

/** The bundled sample, swept on embedded Spark and in this process. */
class SweepJobIT {
  private static final Path SAMPLE = Path.of("../datasets/src/main/sample").toAbsolutePath();
  private static final List<String> SCHEMES =
      List.of("linear:4", "lut-kmeans:4", "lut-kmeans:5", "linear:5", "linear:8");

  @TempDir Path folder;

  @Test
  void sparkAndThisProcessGiveTheSameOutcomeAndASecondRunJudgesNothing() throws Exception {
    Path pictures = somePictures();
    SparkSession spark = SparkSessions.open("test", "local[2]");
    SweepResult first;
    SweepResult second;
    try {
      first = new SweepJob(spark, settings(pictures, "out"), SearchListener.SILENT).run();
      second = new SweepJob(spark, settings(pictures, "out"), SearchListener.SILENT).run();
    } finally {
      spark.stop();
    }
    assertThat(first.samples().quarantined()).isEqualTo(1);
    assertThat(first.cost().inferences()).isPositive();
    assertThat(second.cost().inferences()).isZero();
    assertThat(second.candidates()).isEqualTo(first.candidates());
    assertThat(second.selected()).isEqualTo(first.selected());
    byte[] chosen = Files.readAllBytes(folder.resolve("out").resolve("selected.mlmodel"));
    assertThat(Sha256Digest.of(chosen).hex()).isEqualTo(first.selected().sha256());
    assertThat(chosen).hasSize((int) first.selected().encodedSize());
    SweepResult here = locally(pictures);
    assertThat(here.candidates()).isEqualTo(first.candidates());
    assertThat(here.selected().sha256()).isEqualTo(first.selected().sha256());
    assertThat(here.sweepDigest()).isEqualTo(first.sweepDigest());
  }

  private SweepSettings settings(Path pictures, String output) {
    return SweepSettings.builder(
            SAMPLE.resolve("shapes.mlmodel").toString(),
            List.of(pictures.toString()),
            PicturePreparation.DEFAULT,
            folder.resolve(output).toString())
        .threshold(AgreementThreshold.parse("0.9"))
        .schemes(SCHEMES)
        .quarantineLimit(0.05)
        .uniform()
        .build();
  }

  /** The same procedure over what runs here. */
  private SweepResult locally(Path pictures) throws Exception {
    ModelFiles given = ModelFiles.lone(Files.readAllBytes(SAMPLE.resolve("shapes.mlmodel")));
    LocalSamples samples = LocalSamples.read(pictures, IngestLimits.DEFAULT);
    try (LocalSweep sweep =
        new LocalSweep(given, Map.of(SampleSet.MAIN, samples), InferenceEngines.onnxRuntime(), 3)) {
      return sweep.run(settings(pictures, "out"), SearchListener.SILENT).result();
    }
  }

  /** Every eighth picture of each class, and one file that is none. */
  private Path somePictures() throws Exception {
    Path pictures = folder.resolve("pictures");
    try (var all = Files.walk(SAMPLE.resolve("pictures"))) {
      List<Path> files = all.filter(Files::isRegularFile).sorted().toList();
      for (int i = 0; i < files.size(); i += 8) {
        Path target = pictures.resolve(SAMPLE.resolve("pictures").relativize(files.get(i)));
        Files.createDirectories(target.getParent());
        Files.copy(files.get(i), target);
      }
    }
    Files.writeString(pictures.resolve("text-named.jpg"), "no picture");
    return pictures;
  }
}
