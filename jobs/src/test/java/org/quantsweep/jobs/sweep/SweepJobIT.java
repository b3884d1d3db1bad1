package org.quantsweep.jobs.sweep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerJobStart;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quantsweep.BadInputException;
import org.quantsweep.agreement.AgreementThreshold;
import org.quantsweep.artifact.ModelFiles;
import org.quantsweep.datasets.IngestLimits;
import org.quantsweep.datasets.LocalSamples;
import org.quantsweep.datasets.picture.PicturePreparation;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.inference.engine.InferenceEngines;
import org.quantsweep.job.LocalSweep;
import org.quantsweep.job.ReportSettings;
import org.quantsweep.job.SampleSet;
import org.quantsweep.job.SplitSettings;
import org.quantsweep.job.SweepSettings;
import org.quantsweep.jobs.guard.FirstRuns;
import org.quantsweep.jobs.spark.SparkSessions;
import org.quantsweep.report.SweepResult;
import org.quantsweep.report.bundle.BundleFile;
import org.quantsweep.report.bundle.EvidenceBundle;
import org.quantsweep.search.SearchListener;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;
import org.quantsweep.testing.FileSchemas;
import org.quantsweep.testing.NpzArrays;

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
    EvidenceBundle seen;
    EvidenceBundle again;
    try {
      first =
          new SweepJob(spark, settings(pictures.toString(), "out").build(), SearchListener.SILENT)
              .run();
      seen = evidence("out");
      StartedJobs jobs = new StartedJobs();
      spark.sparkContext().addSparkListener(jobs);
      second =
          new SweepJob(
                  spark,
                  settings(pictures.toString(), "out").runId("second").build(),
                  SearchListener.SILENT)
              .run();
      spark.sparkContext().listenerBus().waitUntilEmpty();
      spark.sparkContext().removeSparkListener(jobs);
      // What is stored is read in this process.
      assertThat(jobs.count).hasValue(0);
      again = evidence("out");
      requireTheOlderResultStands(spark, pictures);
    } finally {
      spark.stop();
    }
    // One that is no picture, and two copies of arrays that the model does not take.
    assertThat(first.samples().quarantined()).isEqualTo(3);
    assertThat(first.samples().splits().get("selection").quarantined()).isEqualTo(3);
    assertThat(first.samples().splits().get("selection").samples())
        .isEqualTo(first.samples().n() + 2);
    assertThat(first.runId()).isEmpty();
    assertThat(second.runId()).isEqualTo("second");
    assertThat(first.cost().inferences()).isPositive();
    assertThat(second.cost().inferences()).isZero();
    assertThat(second.candidates()).isEqualTo(first.candidates());
    assertThat(second.selected()).isEqualTo(first.selected());
    byte[] chosen = Files.readAllBytes(folder.resolve("out").resolve("selected.mlmodel"));
    assertThat(Sha256Digest.of(chosen).hex()).isEqualTo(first.selected().sha256());
    assertThat(chosen).hasSize((int) first.selected().encodedSize());
    LocalSweep.Outcome locally = locally(pictures);
    SweepResult here = locally.result();
    // The same evidence from a cluster, from what one had stored, and from this process.
    assertThat(again.runId()).isEqualTo("second");
    requireSame(again, seen);
    requireSame(locally.evidence().orElseThrow(), seen);
    // Arrays, which the model does not take, have a rank too.
    assertThat(seen.parts().get("selection").paths())
        .hasSize(314)
        .filteredOn(path -> !path.endsWith(".jpg"))
        .hasSize(1);
    assertThat(seen.shown()).hasSize(ReportSettings.DEFAULT.samples());
    assertThat(seen.shown()).allSatisfy(own -> assertThat(own.input()).isNotNull());
    assertThat(here.samples()).isEqualTo(first.samples());
    assertThat(here.candidates()).isEqualTo(first.candidates());
    assertThat(here.selected().sha256()).isEqualTo(first.selected().sha256());
    assertThat(here.sweepDigest()).isEqualTo(first.sweepDigest());
  }

  private static final class StartedJobs extends SparkListener {
    private final AtomicInteger count = new AtomicInteger();

    @Override
    public void onJobStart(SparkListenerJobStart start) {
      count.incrementAndGet();
    }
  }

  @Test
  void twoSweepsThatStartAtOnceIntoOneNewFolderBothEndWell() throws Exception {
    Path pictures = somePictures();
    SparkSession spark = SparkSessions.open("test", "local[2]");
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try {
      List<Callable<SweepResult>> sweeps = new ArrayList<>();
      for (String run : List.of("a", "b")) {
        SweepSettings settings = settings(pictures.toString(), "new").runId(run).build();
        sweeps.add(() -> new SweepJob(spark, settings, SearchListener.SILENT).run());
      }
      List<SweepResult> results = new ArrayList<>();
      for (Future<SweepResult> done : threads.invokeAll(sweeps)) {
        results.add(done.get());
      }
      assertThat(results.get(0).selected()).isEqualTo(results.get(1).selected());
      assertThat(results.get(0).candidates()).isEqualTo(results.get(1).candidates());
      byte[] chosen = Files.readAllBytes(folder.resolve("new/selected.mlmodel"));
      assertThat(Sha256Digest.of(chosen).hex()).isEqualTo(results.get(0).selected().sha256());
    } finally {
      threads.shutdown();
      spark.stop();
    }
  }

  /**
   * Samples that are not there, and a set of its own of which most is damaged, take nothing away.
   */
  private void requireTheOlderResultStands(SparkSession spark, Path pictures) throws Exception {
    Path result = FileSchemas.requireValid(folder.resolve("out")).resolve("result.json");
    Path model = folder.resolve("out/selected.mlmodel");
    String older = Files.readString(result);
    byte[] chosen = Files.readAllBytes(model);
    requireMissingSamplesAreTold(spark);
    Path own = Files.createDirectory(folder.resolve("own"));
    for (int i = 0; i < 9; i++) {
      Files.write(own.resolve("damaged-" + i + ".png"), new byte[0]);
    }
    try (var all = Files.walk(pictures)) {
      Path one = all.filter(file -> file.toString().endsWith("-000.jpg")).findFirst().orElseThrow();
      Files.copy(one, own.resolve("one.jpg"));
    }
    SweepSettings confirmed =
        settings(pictures.toString(), "out")
            .splits(SplitSettings.DEFAULT.withConfirmation(List.of(own.toString())))
            .build();
    assertThatThrownBy(() -> new SweepJob(spark, confirmed, SearchListener.SILENT).run())
        .isInstanceOf(BadInputException.class)
        .hasMessageStartingWith(
            own
                + ": 9 of 10 confirmation samples cannot be used, more than the limit of 5.0 %:\n"
                + "  damaged-0.png: the file is empty (0 bytes).\n");
    assertThat(result).hasContent(older);
    assertThat(model).hasBinaryContent(chosen);
  }

  /** The model is opened before: first by another process, as it is going to run. */
  private void requireMissingSamplesAreTold(SparkSession spark) throws Exception {
    String missing = folder.resolve("missing").toString();
    SweepSettings half = settings(missing, "out").halfPrecision().build();
    try (FirstRuns guarded = new FirstRuns()) {
      assertThatThrownBy(() -> new SweepJob(spark, half, SearchListener.SILENT).run())
          .isInstanceOf(BadInputException.class)
          .hasMessageStartingWith(missing);
      assertThat(guarded.precisions()).containsExactly("float16");
    }
  }

  private SweepSettings.Builder settings(String pictures, String output) {
    return SweepSettings.builder(
            SAMPLE.resolve("shapes.mlmodel").toString(),
            List.of(pictures),
            PicturePreparation.DEFAULT,
            folder.resolve(output).toString())
        .threshold(AgreementThreshold.parse("0.9"))
        .schemes(SCHEMES)
        .quarantineLimit(0.05)
        .uniform();
  }

  /** The same procedure over what runs here. */
  private LocalSweep.Outcome locally(Path pictures) throws Exception {
    ModelFiles given = ModelFiles.lone(Files.readAllBytes(SAMPLE.resolve("shapes.mlmodel")));
    LocalSamples samples = LocalSamples.read(pictures, IngestLimits.DEFAULT);
    try (LocalSweep sweep =
        new LocalSweep(
            given,
            Map.of(SampleSet.MAIN, samples),
            InferenceEngines.onnxRuntime(),
            3,
            new ReportPictures())) {
      return sweep.run(settings(pictures.toString(), "out").build(), SearchListener.SILENT);
    }
  }

  private EvidenceBundle evidence(String output) throws Exception {
    Path file = folder.resolve(output).resolve(EvidenceBundle.FILE);
    return BundleFile.fromJson(Files.readString(file), file.toString());
  }

  /** But for what tells runs and machines apart. */
  private static void requireSame(EvidenceBundle own, EvidenceBundle other) {
    assertThat(own.sweepDigest()).isEqualTo(other.sweepDigest());
    assertThat(own.network()).isEqualTo(other.network());
    assertThat(own.tensors()).isEqualTo(other.tensors());
    assertThat(own.parts()).isEqualTo(other.parts());
    assertThat(own.candidates()).isEqualTo(other.candidates());
    assertThat(own.line()).isEqualTo(other.line());
    assertThat(own.shown()).isEqualTo(other.shown());
    assertThat(own.explanations()).isEqualTo(other.explanations());
  }

  /** Every eighth picture of each class, one file that is none, and arrays for another input. */
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
    for (String name : List.of("one.npz", "two.npz")) {
      NpzArrays.write(
          pictures.resolve(name), Map.of("other", Tensor.wrap(Shape.of(2), new float[] {1, 2})));
    }
    return pictures;
  }
}
