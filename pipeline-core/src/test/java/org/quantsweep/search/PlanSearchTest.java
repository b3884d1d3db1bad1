package org.quantsweep.search;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.quantsweep.agreement.AgreementThreshold;
import org.quantsweep.encode.QuantizationPlan;
import org.quantsweep.quantize.Scheme;

class PlanSearchTest {
  private static final PlanSearchSettings USUAL = PlanSearchSettings.DEFAULT;

  @Property(tries = 40)
  void whereErrorsAddUpTheLinesSmallestAcceptedPlanIsFound(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = 5) int inFlight) {
    PlanWorld world = new PlanWorld(seed, 6, 200, 0);
    PlanSearchSettings bisection = new PlanSearchSettings(inFlight, 0, 0, 0, 0);
    PlanOutcome outcome =
        world.search(Strategy.KNAPSACK, "0.9", 0, bisection, SearchBudget.unlimited());

    Candidate expected = null;
    long last = 0;
    for (QuantizationPlan plan : Strategy.KNAPSACK.line(world.space, world.measured)) {
      Candidate candidate = world.catalog.add(plan);
      if (candidate.encodedSize().bytes() < last * 1.0015) {
        continue;
      }
      last = candidate.encodedSize().bytes();
      if (world.agreeing(plan) >= 180) {
        expected = candidate;
        break;
      }
    }
    assertThat(outcome.best().map(CandidateEvaluation::candidate).orElse(null)).isEqualTo(expected);
  }

  @Property(tries = 30)
  void whatIsFoundIsAcceptedAndNoMeasuredNeighbourIs(@ForAll long seed) {
    PlanWorld world = new PlanWorld(seed, 6, 200, 0.3);
    PlanOutcome outcome =
        world.search(Strategy.KNAPSACK, "0.9", 200, USUAL, SearchBudget.unlimited());
    CandidateEvaluation best = outcome.best().orElseThrow();
    assertThat(world.agreeing(world.catalog.plan(best.candidate()))).isGreaterThanOrEqualTo(180);
    assertThat(best.counts().judged()).isEqualTo(200);
    assertThat(outcome.neighbours())
        .allSatisfy(
            neighbour -> {
              assertThat(neighbour.verdict()).isEqualTo(Verdict.REJECTED_EARLY);
              assertThat(neighbour.candidate()).isLessThan(best.candidate());
            });
    assertThat(outcome.ladder())
        .hasSizeBetween(1, PlanWorld.LADDER)
        .allSatisfy(
            rung ->
                assertThat(world.agreeing(world.catalog.plan(rung.candidate())))
                    .isGreaterThanOrEqualTo(180));
    assertThat(outcome.ladder())
        .extracting(Rung::candidate)
        .isSortedAccordingTo(Comparator.reverseOrder())
        .allSatisfy(plan -> assertThat(plan).isGreaterThanOrEqualTo(best.candidate()));
    assertThat(outcome.ladder())
        .extracting(Rung::chance)
        .isSortedAccordingTo(Comparator.reverseOrder());
    // Every rung was judged in full before: the ladder is fixed.
    assertThat(outcome.evaluations())
        .filteredOn(own -> own.verdict() == Verdict.ACCEPTED)
        .extracting(CandidateEvaluation::candidate)
        .containsAll(outcome.ladder().stream().map(Rung::candidate).toList());
  }

  @Property(tries = 20)
  void aSearchNeverJudgesMorePlansThanItSaidItMight(@ForAll long seed) {
    PlanWorld world = new PlanWorld(seed, 6, 200, 0.3);
    List<Integer> said = new ArrayList<>();
    List<Integer> judged = new ArrayList<>();
    world.listener =
        new SearchListener() {
          @Override
          public void candidatesJudged(
              Collection<CandidateEvaluation> decided, int asked, int left) {
            judged.add(asked);
            said.add(asked + left);
          }
        };
    world.search(Strategy.KNAPSACK, "0.9", 200, USUAL, SearchBudget.unlimited());
    int all = judged.get(judged.size() - 1);
    assertThat(said).allSatisfy(most -> assertThat(most).isGreaterThanOrEqualTo(all));
    // Narrowing to the boundary ends in a few waves: what is said is no idle bound.
    assertThat(said.get(0)).isLessThan(130);
  }

  @Property(tries = 10)
  void aSecondSearchAsksTheStoreOnlyAndEndsAtTheSamePlace(@ForAll long seed) {
    PlanWorld world = new PlanWorld(seed, 5, 150, 0.3);
    PlanOutcome first =
        world.search(Strategy.KNAPSACK, "0.9", 200, USUAL, SearchBudget.unlimited());
    long inferences = world.inferences;
    assertThat(world.search(Strategy.KNAPSACK, "0.9", 200, USUAL, SearchBudget.unlimited()))
        .isEqualTo(first);
    assertThat(world.inferences).isEqualTo(inferences);
  }

  @Test
  void maxEvaluationsKeepsTheBestSoFarAndEndsAtTheSamePlaceAgain() {
    PlanWorld world = new PlanWorld(11, 8, 200, 0.3);
    SearchBudget budget = new SearchBudget(7, Optional.empty(), System::nanoTime);
    PlanOutcome outcome = world.search(Strategy.KNAPSACK, "0.9", 0, USUAL, budget);
    assertThat(budget.end()).contains(SearchBudget.End.EVALUATIONS);
    assertThat(outcome.evaluations()).hasSize(7);
    assertThat(outcome.best()).isPresent();
    SearchBudget again = new SearchBudget(7, Optional.empty(), System::nanoTime);
    assertThat(world.search(Strategy.KNAPSACK, "0.9", 0, USUAL, again)).isEqualTo(outcome);
  }

  @Test
  void anInterruptedSearchJudgesNothingMore() {
    PlanWorld world = new PlanWorld(11, 8, 200, 0.3);
    SearchBudget budget = SearchBudget.unlimited();
    budget.interrupt();
    PlanOutcome outcome = world.search(Strategy.KNAPSACK, "0.9", 0, USUAL, budget);
    assertThat(outcome.best()).isEmpty();
    assertThat(world.inferences).isZero();
    assertThat(budget.end()).contains(SearchBudget.End.INTERRUPTION);
  }

  @Test
  void timeEndsASearchBetweenWaves() {
    PlanWorld world = new PlanWorld(11, 8, 200, 0.3);
    AtomicLong clock = new AtomicLong();
    SearchBudget budget =
        new SearchBudget(
            SearchSettings.UNLIMITED,
            Optional.of(Duration.ofSeconds(20)),
            () -> clock.addAndGet(Duration.ofSeconds(1).toNanos()));
    PlanOutcome outcome = world.search(Strategy.KNAPSACK, "0.9", 0, USUAL, budget);
    assertThat(budget.end()).contains(SearchBudget.End.TIME);
    outcome.best().ifPresent(best -> assertThat(best.verdict()).isEqualTo(Verdict.ACCEPTED));
  }

  @Test
  void everyStrategyLinesUpAscendingPlansOfTheSameSpace() {
    PlanWorld world = new PlanWorld(3, 5, 100, 0);
    for (Strategy strategy : Strategy.lining()) {
      List<Candidate> line = new ArrayList<>();
      for (QuantizationPlan plan : strategy.line(world.space, world.measured)) {
        assertThat(plan.schemes().keySet()).isEqualTo(world.space.tensors().keySet());
        line.add(world.catalog.add(plan));
      }
      assertThat(line).as(strategy.toString()).isSorted().hasSizeGreaterThan(5);
    }
  }

  @Test
  void dominatedOptionsAreLeftOut() {
    TreeMap<String, List<SearchSpace.SizedOption>> tensors = new TreeMap<>();
    tensors.put(
        "a",
        List.of(
            option("linear:4", 40, 3),
            option("lut-kmeans:4", 38, 2),
            option("lut-kmeans:3", 30, 5),
            option("linear:5", 50, 1),
            option("lut-kmeans:5", 50, 0.9)));
    assertThat(new SearchSpace(tensors).withoutDominated().tensors().get("a"))
        .extracting(option -> option.scheme().toString())
        .containsExactly("lut-kmeans:3", "lut-kmeans:4", "lut-kmeans:5");
  }

  @Test
  void theThresholdItselfIsNeverWeakened() {
    PlanWorld world = new PlanWorld(5, 4, 100, 0);
    PlanOutcome outcome =
        world.search(Strategy.GREEDY_BY_PSNR, "1", 0, USUAL, SearchBudget.unlimited());
    outcome
        .best()
        .ifPresent(
            best ->
                assertThat(best.counts().agreeing())
                    .isEqualTo(AgreementThreshold.parse("1").required(100)));
  }

  private static SearchSpace.SizedOption option(String scheme, long bytes, double error) {
    return new SearchSpace.SizedOption(Scheme.parse(scheme), bytes, error);
  }
}
