package org.quantsweep.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Comparator;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.quantsweep.artifact.DownloadSize;
import org.quantsweep.artifact.ModelFiles;
import org.quantsweep.inference.engine.InferenceEngines;
import org.quantsweep.report.ResultTable;
import org.quantsweep.report.SweepResult;
import org.quantsweep.search.LargestSize;
import org.quantsweep.search.Objective;
import org.quantsweep.search.SearchListener;
import org.quantsweep.testing.TinySweep;

/** The smallest model to download, through the whole procedure. */
class DownloadObjectiveTest {
  private static SweepSettings.Builder settings(Objective objective) {
    return SweepSettings.builder("tiny", java.util.List.of("all"), TinySweep.preparation(), "out")
        .objective(objective)
        .splits(SplitSettings.DEFAULT.withSeed(5));
  }

  private static LocalSweep sweep(int threads) {
    return new LocalSweep(
        TinySweep.model(2),
        Map.of(SampleSet.MAIN, TinySweep.samples("all", 300)),
        InferenceEngines.onnxRuntime(),
        threads);
  }

  private static LocalSweep.Outcome run(SweepSettings settings, int threads) {
    try (LocalSweep sweep = sweep(threads)) {
      return sweep.run(settings, SearchListener.SILENT);
    }
  }

  @Test
  void candidatesAreOrderedByWhatIsDownloaded() {
    LocalSweep.Outcome outcome = run(settings(Objective.DOWNLOAD).build(), 2);
    SweepResult result = outcome.result();
    ModelFiles model = outcome.model().orElseThrow();
    assertThat(result.selected().downloadSize()).isEqualTo(DownloadSize.of(model).bytes());
    assertThat(result.selected().encodedSize()).isEqualTo(model.size().bytes());
    assertThat(result.sourceModel().downloadSize())
        .isEqualTo(DownloadSize.of(TinySweep.model(2)).bytes());
    assertThat(result.candidates())
        .isSortedAccordingTo(Comparator.comparingLong(SweepResult.Row::downloadSize));
    assertThat(result.selected().downloadSize())
        .isLessThanOrEqualTo(result.bestUniform().downloadSize());
    assertThat(result.certificate().family()).contains("by ascending download size");
    assertThat(result.settings()).containsEntry("objective", "download");
    assertThat(ResultTable.toText(result)).contains("download", " to download; ");
    assertThat(result.certificate().confirmation().tested())
        .allSatisfy(own -> assertThat(own.downloadSize()).isPositive());
    Recipe recipe = outcome.recipe().orElseThrow();
    assertThat(recipe.objective()).isEqualTo("download");
    assertThat(Recipe.parse(recipe.toYaml().getBytes(java.nio.charset.StandardCharsets.UTF_8), "r"))
        .isEqualTo(recipe);
    assertThat(recipe.fitted())
        .allSatisfy(own -> assertThat(own.scheme().toString()).doesNotContain("+bytewise"));
  }

  @Test
  void bytesToDownloadAreToldOfWhatIsJudgedByBytesOnDiskToo() {
    LocalSweep.Outcome outcome = run(settings(Objective.SIZE).build(), 2);
    SweepResult result = outcome.result();
    assertThat(result.selected().downloadSize())
        .isEqualTo(DownloadSize.of(outcome.model().orElseThrow()).bytes());
    assertThat(result.candidates())
        .isSortedAccordingTo(Comparator.comparingLong(SweepResult.Row::encodedSize))
        .allSatisfy(
            own ->
                assertThat(own.downloadSize() != null)
                    .as("of the file as given it is known anyway")
                    .isEqualTo(
                        !own.verdict().equals("not-needed") || own.scheme().equals("as-given")));
    assertThat(outcome.recipe().map(Recipe::objective)).isEmpty();
    assertThat(result.sweepDigest())
        .isNotEqualTo(run(settings(Objective.DOWNLOAD).build(), 2).result().sweepDigest());
  }

  @Test
  void howTheWorkIsPartedChangesNothing() {
    SweepSettings parted =
        settings(Objective.DOWNLOAD)
            .perTensor(PerTensorSettings.DEFAULT.toBuilder().groupBytes(1).build())
            .build();
    SweepResult one = run(settings(Objective.DOWNLOAD).build(), 1).result();
    SweepResult other = run(parted, 3).result();
    assertThat(other.selected()).isEqualTo(one.selected());
    assertThat(other.candidates()).isEqualTo(one.candidates());
    assertThat(other.certificate()).isEqualTo(one.certificate());
  }

  @Test
  void aLargestSizeIsThatOfTheDownload() {
    LargestSize largest = LargestSize.parse("1kB");
    SweepResult result = run(settings(Objective.DOWNLOAD).largestSize(largest).build(), 2).result();
    assertThat(result.selected().downloadSize()).isLessThanOrEqualTo(1000);
    assertThat(result.candidates())
        .allSatisfy(
            own ->
                assertThat(own.verdict().equals("too-large")).isEqualTo(own.downloadSize() > 1000));
  }
}
