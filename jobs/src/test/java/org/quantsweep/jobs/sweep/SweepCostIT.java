package org.quantsweep.jobs.sweep;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerJobStart;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quantsweep.agreement.AgreementThreshold;
import org.quantsweep.datasets.picture.PicturePreparation;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.job.PerTensorSettings;
import org.quantsweep.job.SweepSettings;
import org.quantsweep.jobs.spark.DeltaEvaluationStore;
import org.quantsweep.jobs.spark.SentModels;
import org.quantsweep.jobs.spark.SparkSessions;
import org.quantsweep.report.SweepResult;
import org.quantsweep.search.OptionRules;
import org.quantsweep.search.SearchListener;

/** What a small sweep costs on Spark, in jobs, each of which takes a moment, and in models sent. */
class SweepCostIT {
  private static final Path SAMPLE = Path.of("../datasets/src/main/sample").toAbsolutePath();

  /**
   * As measured (60), and a few that timing may add; fewer are welcome, and then this number falls.
   * Each part's own reference and the rungs of confirmation take 16 of them; what the report shows
   * of the samples, their paths and some contents, 10.
   */
  private static final int MOST_JOBS = 64;

  @TempDir Path folder;

  @Test
  void aSmallSweepTakesNoMoreJobsThanBeforeAndSendsEachModelOnce() throws Exception {
    // Commits by the clock would count differently on a slower machine.
    System.setProperty(DeltaEvaluationStore.INTERVAL_SETTING, "1h");
    SparkSession spark = SparkSessions.open("test", "local[2]");
    AtomicInteger jobs = new AtomicInteger();
    SentModels models = new SentModels();
    SweepResult result;
    try {
      spark
          .sparkContext()
          .addSparkListener(
              new SparkListener() {
                @Override
                public void onJobStart(SparkListenerJobStart started) {
                  jobs.incrementAndGet();
                }
              });
      spark.sparkContext().addSparkListener(models);
      result = new SweepJob(spark, settings(), SearchListener.SILENT).run();
    } finally {
      System.clearProperty(DeltaEvaluationStore.INTERVAL_SETTING);
      // Every event has been heard when it has stopped.
      spark.stop();
    }
    assertThat(result.selected()).isNotNull();
    assertThat(jobs.get()).isPositive().isLessThanOrEqualTo(MOST_JOBS);
    // For every part of the samples, waves and single options.
    assertThat(models.sent())
        .contains(Sha256Digest.of(Files.readAllBytes(SAMPLE.resolve("shapes.mlmodel"))))
        .hasSizeGreaterThan(2)
        .doesNotHaveDuplicates();
  }

  private SweepSettings settings() throws Exception {
    return SweepSettings.builder(
            SAMPLE.resolve("shapes.mlmodel").toString(),
            List.of(somePictures().toString()),
            PicturePreparation.DEFAULT,
            folder.resolve("out").toString())
        .threshold(AgreementThreshold.parse("0.8"))
        .schemes(List.of("linear:8", "as-given"))
        .perTensor(
            PerTensorSettings.DEFAULT.toBuilder()
                .rules(
                    new OptionRules(
                        new TreeSet<>(List.of(4, 8)), true, false, false, OptionRules.ALL.kept()))
                .sensitivitySamples(16)
                .build())
        .build();
  }

  private Path somePictures() throws Exception {
    Path pictures = Files.createDirectory(folder.resolve("pictures"));
    try (var all = Files.walk(SAMPLE.resolve("pictures"))) {
      List<Path> files = all.filter(Files::isRegularFile).sorted().toList();
      for (int i = 0; i < files.size(); i += 50) {
        Files.copy(files.get(i), pictures.resolve(i + "-" + files.get(i).getFileName()));
      }
    }
    return pictures;
  }
}
