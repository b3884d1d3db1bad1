package org.quantsweep.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.quantsweep.agreement.AgreementThreshold;
import org.quantsweep.inference.engine.InferenceEngines;
import org.quantsweep.report.ResultFile;
import org.quantsweep.report.ResultTable;
import org.quantsweep.report.SweepResult;
import org.quantsweep.search.LargestSize;
import org.quantsweep.search.PlanSearchSettings;
import org.quantsweep.search.SearchListener;
import org.quantsweep.search.Strategy;
import org.quantsweep.testing.TinySweep;

/** What other strategies choose, beside the answer and without a part in it. */
class StrategyComparisonTest {
  private static final List<Strategy> ALL = List.of(Strategy.values());

  /** What coremltools' guide tries, step by step, of what networks have. */
  private static final List<List<String>> GUIDE =
      List.of(
          List.of("linear-symmetric:8", "lut-kmeans:8", "lut-kmeans:6"), List.of("lut-kmeans:4"));

  private static SweepSettings.Builder settings() {
    return SweepSettings.builder("tiny", List.of("all"), TinySweep.preparation(), "out")
        .threshold(AgreementThreshold.parse("0.8"))
        .splits(SplitSettings.DEFAULT.withSeed(5));
  }

  private static PerTensorSettings comparing(List<Strategy> strategies) {
    return PerTensorSettings.DEFAULT.toBuilder().compared(strategies).build();
  }

  private static LocalSweep sweep(int threads) {
    return new LocalSweep(
        TinySweep.model(2),
        Map.of(SampleSet.MAIN, TinySweep.samples("all", 300)),
        InferenceEngines.onnxRuntime(),
        threads);
  }

  private static SweepResult run(LocalSweep sweep, SweepSettings settings) {
    return sweep.run(settings, SearchListener.SILENT).result();
  }

  private static void requireSameAnswer(SweepResult one, SweepResult other) {
    assertThat(one.selected()).isEqualTo(other.selected());
    assertThat(one.bestUniform()).isEqualTo(other.bestUniform());
    assertThat(one.candidates()).isEqualTo(other.candidates());
    assertThat(one.certificate()).isEqualTo(other.certificate());
    assertThat(one.sweepDigest()).isEqualTo(other.sweepDigest());
  }

  /** Each choice is that of a sweep of its own by this strategy. */
  @Test
  void theAnswerStaysAndEachStrategyChoosesAsInASweepOfItsOwn() {
    try (LocalSweep sweep = sweep(2)) {
      SweepResult alone = run(sweep, settings().build());
      assertThat(alone.strategies()).isEmpty();
      SweepResult compared = run(sweep, settings().perTensor(comparing(ALL)).build());
      requireSameAnswer(compared, alone);
      assertThat(compared.strategies())
          .extracting(SweepResult.StrategyChoice::strategy)
          .containsExactlyElementsOf(ALL.stream().map(Strategy::toString).toList());
      for (Strategy strategy : Strategy.lining()) {
        SweepResult.StrategyChoice choice = compared.strategies().get(ALL.indexOf(strategy));
        SweepResult own =
            run(
                sweep,
                settings()
                    .perTensor(
                        PerTensorSettings.DEFAULT.toBuilder()
                            .strategy(strategy)
                            .search(strategy.searched(PlanSearchSettings.DEFAULT))
                            .build())
                    .build());
        SweepResult.Row smallest = own.certificate().smallest();
        assertThat(choice.plan()).isEqualTo(smallest == null ? null : smallest.plan());
        assertThat(choice.scheme()).isEqualTo(smallest == null ? own.bestUniform().scheme() : null);
        assertThat(choice.encodedSize())
            .isEqualTo(smallest == null ? own.bestUniform().encodedSize() : smallest.encodedSize());
        assertThat(choice.agreement())
            .isEqualTo(smallest == null ? own.bestUniform().agreement() : smallest.agreement());
        assertThat(choice.line()).isEqualTo(own.certificate().line());
        assertThat(choice.budget()).isNull();
        assertThat(choice.evaluations()).isPositive();
        assertThat(ResultTable.toText(compared)).contains("  " + strategy + ": ");
      }
      assertThat(ResultFile.fromJson(ResultFile.toJson(compared), "r")).isEqualTo(compared);
    }
  }

  /** Told again from what every uniform candidate does, which another sweep counts. */
  @ParameterizedTest
  @ValueSource(strings = {"0.3", "0.6", "0.8", "0.9", "0.97", "1"})
  void oneConfigurationForAllIsTriedInTheGuidesOrder(String threshold) {
    AgreementThreshold wanted = AgreementThreshold.parse(threshold);
    try (LocalSweep sweep = sweep(2)) {
      Map<String, SweepResult.Row> family =
          run(sweep, settings().uniform().evaluateAll().build()).candidates().stream()
              .collect(Collectors.toMap(SweepResult.Row::scheme, row -> row));
      Optional<SweepResult.Row> expected = Optional.empty();
      for (List<String> step : GUIDE) {
        Optional<SweepResult.Row> smallest =
            step.stream()
                .map(family::get)
                .filter(Objects::nonNull)
                .filter(
                    row -> row.agreement().agreeing() >= wanted.required(row.agreement().samples()))
                .min(Comparator.comparingLong(SweepResult.Row::encodedSize));
        if (smallest.isEmpty()) {
          break;
        }
        expected = smallest;
      }
      SweepResult.StrategyChoice choice =
          run(
                  sweep,
                  settings()
                      .threshold(wanted)
                      .perTensor(comparing(List.of(Strategy.GLOBAL_CONFIG)))
                      .build())
              .strategies()
              .get(0);
      assertThat(choice.scheme()).isEqualTo(expected.map(SweepResult.Row::scheme).orElse(null));
      assertThat(choice.plan()).isNull();
      // Tables of 256 entries are larger than this model.
      assertThat(family).doesNotContainKey("lut-kmeans:8");
      assertThat(choice.line()).isEqualTo(3);
    }
  }

  @Test
  void howTheWorkIsDoneChangesNothing() {
    SweepSettings settings = settings().perTensor(comparing(ALL)).build();
    try (LocalSweep one = sweep(1);
        LocalSweep two = sweep(2)) {
      SweepResult first = run(one, settings);
      assertThat(run(two, settings).strategies()).isEqualTo(first.strategies());
      // What is known from before is not run again, and counts all the same.
      assertThat(run(two, settings).strategies()).isEqualTo(first.strategies());
    }
  }

  /** Each has what is left after the uniform family, as the answer's own search has. */
  @Test
  void eachStrategyHasTheSameBudget() {
    try (LocalSweep sweep = sweep(2)) {
      SweepResult unlimited = run(sweep, settings().perTensor(comparing(ALL)).build());
      long uniform =
          unlimited.candidates().stream()
              .filter(row -> row.plan() == null && !row.verdict().equals("not-needed"))
              .count();
      SweepSettings.Builder limited = settings().maxEvaluations((int) uniform + 1);
      SweepResult alone = run(sweep, limited.build());
      SweepResult compared = run(sweep, limited.perTensor(comparing(ALL)).build());
      requireSameAnswer(compared, alone);
      assertThat(compared.strategies())
          .allSatisfy(
              own -> {
                assertThat(own.evaluations()).isLessThanOrEqualTo(1);
                if (own.budget() != null) {
                  assertThat(own.budget()).isEqualTo("max-evaluations");
                  assertThat(own.evaluations()).isEqualTo(1);
                }
              })
          .anySatisfy(own -> assertThat(own.budget()).isEqualTo("max-evaluations"));
    }
  }

  @Test
  void upToASizeTheyChooseTheMostAgreeingToo() {
    try (LocalSweep sweep = sweep(2)) {
      SweepSettings.Builder sized = settings().largestSize(LargestSize.parse("700B"));
      SweepResult alone = run(sweep, sized.build());
      SweepResult compared =
          run(
              sweep,
              sized
                  .perTensor(comparing(List.of(Strategy.UNIFORM, Strategy.GREEDY_BY_PSNR)))
                  .build());
      requireSameAnswer(compared, alone);
      assertThat(compared.strategies())
          .hasSize(2)
          .allSatisfy(
              own -> {
                assertThat(own.encodedSize()).isLessThanOrEqualTo(700);
                assertThat(own.agreement().agreeing())
                    .isGreaterThanOrEqualTo(compared.bestUniform().agreement().agreeing());
              });
    }
  }
}
