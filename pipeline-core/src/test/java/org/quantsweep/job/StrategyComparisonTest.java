package org.quantsweep.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
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
      for (Strategy strategy : ALL) {
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
      SweepSettings.Builder limited = settings().maxEvaluations((int) uniform + 2);
      SweepResult alone = run(sweep, limited.build());
      SweepResult compared = run(sweep, limited.perTensor(comparing(ALL)).build());
      requireSameAnswer(compared, alone);
      assertThat(compared.strategies())
          .allSatisfy(
              own -> {
                assertThat(own.evaluations()).isLessThanOrEqualTo(2);
                if (own.budget() != null) {
                  assertThat(own.budget()).isEqualTo("max-evaluations");
                  assertThat(own.evaluations()).isEqualTo(2);
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
