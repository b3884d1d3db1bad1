package org.quantsweep.jobs.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quantsweep.agreement.AgreementThreshold;
import org.quantsweep.agreement.Criteria;
import org.quantsweep.datasets.picture.PicturePreparation;
import org.quantsweep.encode.WeightSelection;
import org.quantsweep.jobs.spark.SparkSessions;
import org.quantsweep.jobs.sweep.ConfirmationSettings;
import org.quantsweep.jobs.sweep.SplitSettings;
import org.quantsweep.jobs.sweep.SweepJob;
import org.quantsweep.jobs.sweep.SweepSettings;
import org.quantsweep.report.ResultFile;
import org.quantsweep.report.SweepResult;
import org.quantsweep.search.SearchListener;
import org.quantsweep.search.SearchSettings;

/** The shaded jar by spark-submit on two workers: same choice as embedded, also through kills. */
class StandaloneClusterIT {
  private static final Path SAMPLE = Path.of("../datasets/src/main/sample").toAbsolutePath();
  private static final List<String> SCHEMES =
      List.of("linear:4", "lut-kmeans:4", "lut-kmeans:5", "linear:5", "linear:8", "half");

  @TempDir static Path folder;

  private static StandaloneCluster cluster;
  private static SweepResult embedded;

  @BeforeAll
  static void sweepEmbedded() throws Exception {
    cluster = new StandaloneCluster(folder);
    Path pictures = folder.resolve("pictures");
    try (Stream<Path> all = Files.walk(SAMPLE.resolve("pictures"))) {
      List<Path> files = all.filter(Files::isRegularFile).sorted().toList();
      for (int i = 0; i < files.size(); i += 4) {
        Path target = pictures.resolve(SAMPLE.resolve("pictures").relativize(files.get(i)));
        Files.createDirectories(target.getParent());
        Files.copy(files.get(i), target);
      }
    }
    SparkSession spark = SparkSessions.open("test", "local[2]");
    try {
      embedded =
          new SweepJob(
                  spark,
                  new SweepSettings(
                      SAMPLE.resolve("shapes.mlmodel").toString(),
                      List.of(pictures.toString()),
                      Criteria.parse("top-1"),
                      AgreementThreshold.parse("0.95"),
                      SCHEMES,
                      WeightSelection.DEFAULT,
                      true,
                      true,
                      SearchSettings.UNLIMITED,
                      0.01,
                      PicturePreparation.DEFAULT,
                      "",
                      SplitSettings.DEFAULT,
                      ConfirmationSettings.DEFAULT,
                      java.util.Optional.empty(),
                      java.util.Optional.empty(),
                      folder.resolve("embedded").toString()),
                  SearchListener.SILENT)
              .run();
    } finally {
      spark.stop();
    }
  }

  @AfterAll
  static void stop() {
    if (cluster != null) {
      cluster.close();
    }
  }

  @Test
  void twoWorkersChooseWhatTheEmbeddedSparkChooses() throws Exception {
    int exit = cluster.await(submit("plain", "plain"));
    assertThat(exit).as(cluster.log("plain")).isZero();
    requireSame(result("plain"));
  }

  @Test
  void aKilledExecutorChangesNothing() throws Exception {
    Process sweep = submit("executor-killed", "executor-killed");
    awaitEvaluations("executor-killed");
    List<Long> executors = StandaloneCluster.executors();
    assertThat(executors).isNotEmpty();
    ProcessHandle.of(executors.get(0)).ifPresent(ProcessHandle::destroyForcibly);
    assertThat(cluster.await(sweep)).as(cluster.log("executor-killed")).isZero();
    requireSame(result("executor-killed"));
    System.out.println(
        "killed executor: "
            + result("executor-killed").cost().inferences()
            + " inferences were kept, undisturbed "
            + embedded.cost().inferences());
  }

  @Test
  void aKilledDriverGoesOnWhereItsCommitsEnd() throws Exception {
    Process first = submit("driver-killed", "driver-killed");
    awaitEvaluations("driver-killed");
    first.descendants().forEach(ProcessHandle::destroyForcibly);
    first.destroyForcibly().waitFor();
    assertThat(folder.resolve("driver-killed/result.json")).doesNotExist();

    assertThat(cluster.await(submit("driver-again", "driver-killed")))
        .as(cluster.log("driver-again"))
        .isZero();
    SweepResult result = result("driver-killed");
    requireSame(result);
    System.out.println(
        "killed driver: the second run took "
            + result.cost().inferences()
            + " of "
            + embedded.cost().inferences()
            + " inferences");
    assertThat(result.cost().inferences()).isLessThan(embedded.cost().inferences());
  }

  @Test
  void twoSweepsOfOneDigestAtOnceBothEndWell() throws Exception {
    String table = folder.resolve("shared-evaluations").toString();
    Process one = submit("twin-one", "twin-one", "--evaluations", table);
    Process other = submit("twin-other", "twin-other", "--evaluations", table);
    assertThat(cluster.await(one)).as(cluster.log("twin-one")).isZero();
    assertThat(cluster.await(other)).as(cluster.log("twin-other")).isZero();
    requireSame(result("twin-one"));
    requireSame(result("twin-other"));
    assertThat(cluster.await(submit("triplet", "triplet", "--evaluations", table))).isZero();
    assertThat(result("triplet").candidates()).isEqualTo(embedded.candidates());
    // The pictures' reference answers are stored too, so a third sweep runs nothing at all.
    assertThat(result("triplet").cost().inferences()).isZero();
  }

  @Test
  void aTargetThatCannotBeWrittenIsSaidAndNothingIsPublished() throws Exception {
    Path blocked = folder.resolve("blocked");
    Files.writeString(blocked, "a file where a folder is wanted");
    Process sweep =
        submit(
            "unwritable",
            "blocked",
            "--publish",
            folder.resolve("registry").toString() + "/shapes");
    assertThat(cluster.await(sweep)).as(cluster.log("unwritable")).isEqualTo(4);
    assertThat(cluster.log("unwritable")).contains("blocked: the results cannot be written here");
    assertThat(folder.resolve("registry")).doesNotExist();
  }

  private static Process submit(String log, String output, String... more) throws IOException {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "sweep",
                "--model",
                SAMPLE.resolve("shapes.mlmodel").toString(),
                "--samples",
                folder.resolve("pictures").toString(),
                "--schemes",
                String.join(",", SCHEMES),
                "--evaluate-all",
                "--output",
                folder.resolve(output).toString()));
    arguments.addAll(List.of(more));
    return cluster.submit(log, arguments.toArray(new String[0]));
  }

  private static SweepResult result(String output) throws IOException {
    return ResultFile.fromJson(
        Files.readString(folder.resolve(output).resolve(ResultFile.NAME)), output);
  }

  private static void requireSame(SweepResult result) {
    assertThat(result.candidates()).isEqualTo(embedded.candidates());
    assertThat(result.selected()).isEqualTo(embedded.selected());
    assertThat(result.sweepDigest()).isEqualTo(embedded.sweepDigest());
  }

  /** Until something of the sweep is committed: the reference's answers at least. */
  private static void awaitEvaluations(String output) throws Exception {
    Path log = folder.resolve(output).resolve("evaluations/_delta_log");
    for (int attempt = 0; attempt < 1200; attempt++) {
      if (Files.isDirectory(log)) {
        try (Stream<Path> commits = Files.list(log)) {
          if (commits.anyMatch(file -> file.toString().endsWith("00.json"))) {
            return;
          }
        }
      }
      Thread.sleep(100);
    }
    throw new IllegalStateException("nothing was committed in two minutes");
  }
}
