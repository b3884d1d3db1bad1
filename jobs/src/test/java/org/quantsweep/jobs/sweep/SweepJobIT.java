package org.quantsweep.jobs.sweep;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quantsweep.agreement.AgreementThreshold;
import org.quantsweep.agreement.Criteria;
import org.quantsweep.artifact.ModelFiles;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.coreml.Rewrite;
import org.quantsweep.coreml.file.ModelReader;
import org.quantsweep.datasets.IngestLimits;
import org.quantsweep.datasets.LocalSamples;
import org.quantsweep.datasets.picture.PicturePreparation;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.encode.WeightSelection;
import org.quantsweep.inference.engine.InferenceEngines;
import org.quantsweep.jobs.spark.SparkSessions;
import org.quantsweep.report.SweepResult;
import org.quantsweep.search.OptionRules;
import org.quantsweep.search.SearchListener;
import org.quantsweep.search.SearchOutcome;
import org.quantsweep.search.SearchSettings;
import org.quantsweep.search.UniformSearch;
import org.quantsweep.sweep.EvaluationKey;
import org.quantsweep.sweep.InMemoryEvaluationStore;
import org.quantsweep.sweep.LocalSweepRunner;

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
      first =
          new SweepJob(spark, settings(pictures, Optional.empty(), "out"), SearchListener.SILENT)
              .run();
      second =
          new SweepJob(spark, settings(pictures, Optional.empty(), "out"), SearchListener.SILENT)
              .run();
    } finally {
      spark.stop();
    }
    assertThat(first.samples().quarantined()).isEqualTo(1);
    assertThat(first.cost().inferences()).isPositive();
    assertThat(second.cost().inferences()).isZero();
    assertThat(second.candidates()).isEqualTo(first.candidates());
    assertThat(second.selected()).isEqualTo(first.selected());
    byte[] chosen = Files.readAllBytes(folder.resolve("out").resolve(SweepJob.MODEL_FILE));
    assertThat(Sha256Digest.of(chosen).hex()).isEqualTo(first.selected().sha256());
    assertThat(chosen).hasSize((int) first.selected().encodedSize());
    assertThat(locally(pictures))
        .isEqualTo(
            first.candidates().stream().map(row -> row.scheme() + " " + row.verdict()).toList());
  }

  private SweepSettings settings(
      Path pictures, Optional<PerTensorSettings> perTensor, String output) {
    return new SweepSettings(
        SAMPLE.resolve("shapes.mlmodel").toString(),
        List.of(pictures.toString()),
        Criteria.parse("top-1"),
        AgreementThreshold.parse("0.9"),
        SCHEMES,
        WeightSelection.DEFAULT,
        true,
        false,
        SearchSettings.UNLIMITED,
        0.05,
        PicturePreparation.DEFAULT,
        "",
        SplitSettings.DEFAULT,
        ConfirmationSettings.DEFAULT,
        perTensor,
        Optional.empty(),
        folder.resolve(output).toString());
  }

  private static List<String> locally(Path pictures) throws Exception {
    ModelFiles given = ModelFiles.lone(Files.readAllBytes(SAMPLE.resolve("shapes.mlmodel")));
    CoreMLModel model = ModelReader.read(given, "shapes.mlmodel");
    UniformFamily family =
        new UniformFamily(
            given,
            Rewrite.FOLD_BATCH_NORM.apply(model),
            WeightSelection.DEFAULT,
            SCHEMES,
            OptionRules.ALL);
    LocalSamples samples = LocalSamples.read(pictures, IngestLimits.DEFAULT);
    EvaluationKey key = new EvaluationKey(given.digest(), given.digest(), "top-1");
    try (LocalSweepRunner runner =
        new LocalSweepRunner(
            model,
            samples,
            PicturePreparation.DEFAULT,
            Criteria.parse("top-1"),
            InferenceEngines.onnxRuntime(),
            3)) {
      UniformSearch search =
          new UniformSearch(
              samples.index(),
              key,
              new InMemoryEvaluationStore(),
              runner,
              SearchSettings.decisionOnly(AgreementThreshold.parse("0.9")),
              SearchListener.SILENT);
      SearchOutcome outcome = search.run(search.reference(), family.candidates(), family::encode);
      return outcome.evaluations().stream()
          .map(evaluation -> evaluation.candidate().scheme() + " " + evaluation.verdict())
          .toList();
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
