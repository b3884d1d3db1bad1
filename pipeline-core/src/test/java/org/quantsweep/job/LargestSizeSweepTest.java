package org.quantsweep.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.quantsweep.agreement.AgreementCounts;
import org.quantsweep.inference.engine.InferenceEngines;
import org.quantsweep.report.Certificate;
import org.quantsweep.report.ResultTable;
import org.quantsweep.report.SweepResult;
import org.quantsweep.sample.SplitSizes;
import org.quantsweep.search.LargestSize;
import org.quantsweep.search.SearchListener;
import org.quantsweep.search.Strategy;
import org.quantsweep.testing.TinySweep;

/** The most agreeing model up to a size, through the whole procedure. */
class LargestSizeSweepTest {
  private static SweepSettings.Builder settings(String largest) {
    return SweepSettings.builder("tiny", List.of("all"), TinySweep.preparation(), "out")
        .largestSize(LargestSize.parse(largest))
        .splits(SplitSettings.DEFAULT.withSeed(5));
  }

  private static LocalSweep sweep(int threads) {
    return new LocalSweep(
        TinySweep.model(2),
        Map.of(SampleSet.MAIN, TinySweep.samples("all", 300)),
        InferenceEngines.onnxRuntime(),
        threads);
  }

  private static SweepResult run(SweepSettings settings) {
    try (LocalSweep sweep = sweep(2)) {
      return sweep.run(settings, SearchListener.SILENT).result();
    }
  }

  private static SweepResult.Row row(SweepResult result, String scheme) {
    return result.candidates().stream()
        .filter(own -> scheme.equals(own.scheme()))
        .findFirst()
        .orElseThrow();
  }

  /** What the rule says of the rows: the most agreeing that were judged, the smallest of them. */
  private static SweepResult.Row most(List<SweepResult.Row> rows) {
    return rows.stream()
        .filter(own -> own.verdict().equals("judged"))
        .min(
            Comparator.comparingLong((SweepResult.Row own) -> -own.agreement().agreeing())
                .thenComparing(SweepResult.Row::encodedSize)
                .thenComparing(SweepResult.Row::scheme))
        .orElseThrow();
  }

  @Test
  void theMostAgreeingSchemeUpToASizeIsTheUniformAnswer() {
    SplitSizes halves = SplitSizes.parse("selection=0.5,confirmation=0.5");
    SweepSettings settings =
        settings("900B").uniform().splits(SplitSettings.DEFAULT.withSizes(halves)).build();
    SweepResult result = run(settings);
    assertThat(result.decision()).isEqualTo(SweepResult.SELECTED);
    assertThat(result.threshold()).isNull();
    assertThat(result.settings()).isEqualTo(settings.flags()).containsEntry("largest-size", "900B");
    assertThat(result.settings().keySet()).doesNotContain("agreement", "acceptance", "finalists");
    assertThat(result.candidates())
        .isSortedAccordingTo(Comparator.comparingLong(SweepResult.Row::encodedSize))
        .allSatisfy(
            own -> {
              boolean fits = own.encodedSize() <= 900;
              assertThat(own.verdict()).isEqualTo(fits ? "judged" : "too-large");
              assertThat(own.agreement() != null).isEqualTo(fits);
              assertThat(own.judged()).isNull();
              if (fits) {
                assertThat(own.agreement().samples()).isEqualTo(150);
              }
            });
    SweepResult.Row most = most(result.candidates());
    assertThat(result.selected().scheme()).isEqualTo(most.scheme());
    assertThat(result.selected().agreement()).isEqualTo(most.agreement());
    assertThat(result.bestUniform()).isEqualTo(result.selected());
    assertThat(result.selected().confirmation().samples()).isEqualTo(150);
    assertThat(result.certificate().confirmation().opened()).isEqualTo(1);
  }

  @Test
  void aPlanUpToASizeIsChosenByCountsAndStatedOnUnseenSamples() {
    try (LocalSweep sweep = sweep(2)) {
      SweepSettings settings = settings("900B").build();
      LocalSweep.Outcome outcome = sweep.run(settings, SearchListener.SILENT);
      SweepResult result = outcome.result();
      SweepResult.Chosen selected = result.selected();
      assertThat(selected.encodedSize()).isLessThanOrEqualTo(900);
      assertThat(outcome.model().orElseThrow().size().bytes()).isEqualTo(selected.encodedSize());
      assertThat(outcome.model().orElseThrow().digest().hex()).isEqualTo(selected.sha256());
      assertThat(outcome.recipe().orElseThrow().plan().digest().hex()).isEqualTo(selected.plan());
      assertThat(result.candidates())
          .filteredOn(own -> own.agreement() != null)
          .allSatisfy(
              own ->
                  assertThat(own.agreement().agreeing())
                      .isLessThanOrEqualTo(selected.agreement().agreeing()));
      assertThat(result.bestUniform().scheme()).isEqualTo("linear:6@tensor");
      Certificate.Confirmed confirmed = result.certificate().confirmation();
      assertThat(confirmed.rule()).isEqualTo("none");
      assertThat(confirmed.required()).isZero();
      assertThat(confirmed.samples()).isEqualTo(120);
      assertThat(confirmed.opened()).isEqualTo(1);
      assertThat(confirmed.tested())
          .containsExactly(
              new Certificate.Finalist(
                  "plan:" + selected.plan(),
                  selected.encodedSize(),
                  null,
                  selected.confirmation(),
                  null,
                  null,
                  List.of(),
                  true,
                  selected.downloadSize()));
      assertThat(selected.confirmation().samples()).isEqualTo(120);
      assertThat(selected.confirmation().lowerBound())
          .isEqualTo(new AgreementCounts(selected.confirmation().agreeing(), 120).lowerBound(0.95));
      assertThat(result.certificate().smallest()).isNull();

      // The same asks nothing new; another size opens the samples once more.
      assertThat(sweep.run(settings, SearchListener.SILENT).result().certificate())
          .isEqualTo(result.certificate());
      SweepResult other = sweep.run(settings("600B").build(), SearchListener.SILENT).result();
      assertThat(other.certificate().confirmation().opened()).isEqualTo(2);
      assertThat(other.sweepDigest()).isNotEqualTo(result.sweepDigest());
    }
  }

  @Test
  void howTheWorkIsPartedChangesNothing() {
    SweepSettings settings = settings("700B").build();
    SweepResult one;
    try (LocalSweep sweep = sweep(1)) {
      one = sweep.run(settings, SearchListener.SILENT).result();
    }
    SweepResult parted =
        run(
            settings("700B")
                .perTensor(PerTensorSettings.DEFAULT.toBuilder().groupBytes(1).build())
                .build());
    assertThat(parted.selected()).isEqualTo(one.selected());
    assertThat(parted.candidates()).isEqualTo(one.candidates());
    assertThat(parted.certificate()).isEqualTo(one.certificate());
    assertThat(parted.sweepDigest()).isEqualTo(one.sweepDigest());
  }

  /** The plans of one scheme for all: those that the rule leaves to choose among are judged. */
  @Test
  void whereNoOptionIsRunAloneEveryPlanOfTheLineThatFitsIsJudged() {
    SweepResult result =
        run(
            settings("900B")
                .perTensor(PerTensorSettings.DEFAULT.toBuilder().strategy(Strategy.UNIFORM).build())
                .build());
    assertThat(result.candidates())
        .filteredOn(own -> own.plan() != null)
        .hasSize(result.certificate().line())
        .hasSizeGreaterThan(5)
        .allSatisfy(own -> assertThat(own.verdict()).isEqualTo("judged"));
  }

  @Test
  void whereTheModelItselfFitsNoPlanIsSearchedFor() {
    SweepResult result = run(settings("100KB").build());
    assertThat(row(result, "as-given").agreement().agreeing()).isEqualTo(120);
    assertThat(result.selected().agreement().agreeing()).isEqualTo(120);
    assertThat(result.selected().scheme()).isEqualTo(most(result.candidates()).scheme());
    assertThat(result.candidates()).allSatisfy(own -> assertThat(own.plan()).isNull());
    assertThat(result.certificate().weightTensors()).isZero();
  }

  @Test
  void whereNothingFitsThatIsTheAnswerAndTheSamplesStayClosed() {
    LocalSweep.Outcome outcome;
    try (LocalSweep sweep = sweep(2)) {
      outcome = sweep.run(settings("10B").build(), SearchListener.SILENT);
    }
    SweepResult result = outcome.result();
    assertThat(result.decision()).isEqualTo(SweepResult.NONE_ACCEPTABLE);
    assertThat(outcome.model()).isEmpty();
    assertThat(result.certificate().confirmation()).isNull();
    assertThat(result.closest()).isEmpty();
    assertThat(result.cost().evaluations()).isZero();
    assertThat(ResultTable.toText(result))
        .endsWith(
            """

            None acceptable: no candidate has at most 10B; the smallest has 416 B. \
            120 samples (0 quarantined), calibration on 60 (0 quarantined), \
            confirmation on 120 (0 quarantined), criterion top-1, the most agreeing up to 10B.
            Family: every uniform scheme that fits, then plans of one option per weight tensor; \
            23 options of 2 weight tensors, 10^2 plans; 0 candidates judged.
            No uniform candidate fits.
            """);
  }
}
