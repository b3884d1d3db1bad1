package org.quantsweep.search;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.quantsweep.agreement.AgreementCounts;
import org.quantsweep.digest.ByteSize;
import org.quantsweep.encode.QuantizationPlan;
import org.quantsweep.quantize.Scheme;

class PlansWithinSizeTest {
  private static final int SAMPLES = 150;

  /** The best plan of the line, four below it, and twelve beside it. */
  private static final int MOST = 17;

  private static LargestSize size(long bytes) {
    return new LargestSize(new ByteSize(bytes));
  }

  private static PlanOutcome alone(PlanWorld world, long bytes) {
    return world.within(size(bytes), Optional.empty(), 0, SearchBudget.unlimited());
  }

  /** Every plan of the space. */
  private static List<QuantizationPlan> all(SearchSpace space) {
    List<Map<String, Scheme>> plans = new ArrayList<>(List.of(Map.of()));
    space
        .tensors()
        .forEach(
            (tensor, options) -> {
              List<Map<String, Scheme>> longer = new ArrayList<>();
              for (Map<String, Scheme> plan : plans) {
                for (SearchSpace.SizedOption option : options) {
                  Map<String, Scheme> more = new TreeMap<>(plan);
                  more.put(tensor, option.scheme());
                  longer.add(more);
                }
              }
              plans.clear();
              plans.addAll(longer);
            });
    return plans.stream().map(plan -> new QuantizationPlan(new TreeMap<>(plan))).toList();
  }

  private static double loss(PlanWorld world, QuantizationPlan plan) {
    return PredictedLoss.of(plan, world.measured).orElseThrow();
  }

  /** The plan that truly loses least is found by looking at every one. */
  @Property(tries = 40)
  void thePlanOfTheLeastLossThatFitsIsJudgedAndTheMostAgreeingIsTheAnswer(
      @ForAll long seed, @ForAll @IntRange(min = 0, max = 100) int percent) {
    PlanWorld world = new PlanWorld(seed, 3, SAMPLES, 0.3);
    List<Candidate> every = all(world.space).stream().map(world.catalog::add).sorted().toList();
    long least = every.get(0).encodedSize().bytes();
    long most = every.get(every.size() - 1).encodedSize().bytes();
    long bytes = least + (most - least) * percent / 100;
    PlanOutcome outcome = alone(world, bytes);

    double smallestLoss =
        every.stream()
            .filter(plan -> plan.encodedSize().bytes() <= bytes)
            .mapToDouble(plan -> loss(world, world.catalog.plan(plan)))
            .min()
            .orElseThrow();
    assertThat(outcome.evaluations())
        .hasSizeBetween(1, MOST)
        .allSatisfy(
            own -> {
              assertThat(own.verdict()).isEqualTo(Verdict.JUDGED);
              assertThat(own.candidate().encodedSize().bytes()).isLessThanOrEqualTo(bytes);
              assertThat(own.counts())
                  .isEqualTo(
                      new AgreementCounts(
                          world.agreeing(world.catalog.plan(own.candidate())), SAMPLES));
            })
        .anySatisfy(
            own ->
                assertThat(loss(world, world.catalog.plan(own.candidate())))
                    .isEqualTo(smallestLoss));
    CandidateEvaluation best = outcome.best().orElseThrow();
    assertThat(outcome.evaluations())
        .contains(best)
        .allSatisfy(
            own -> {
              assertThat(own.counts().agreeing()).isLessThanOrEqualTo(best.counts().agreeing());
              if (own.counts().equals(best.counts())) {
                assertThat(loss(world, world.catalog.plan(own.candidate())))
                    .isGreaterThanOrEqualTo(loss(world, world.catalog.plan(best.candidate())));
              }
            });
    assertThat(outcome.ladder()).isEmpty();
  }

  /** Of equal counts the predicted loss decides, the more agreeing wins whatever is predicted. */
  @Test
  void aUniformCandidateIsTheAnswerWhereItIsBetter() {
    PlanWorld world = new PlanWorld(7, 5, SAMPLES, 0.3);
    CandidateEvaluation plan = alone(world, 900).best().orElseThrow();
    double loss = loss(world, world.catalog.plan(plan.candidate()));
    assertThat(answer(world, plan, 0, loss / 2)).isEmpty();
    assertThat(answer(world, plan, 0, loss * 2)).contains(plan);
    assertThat(answer(world, plan, 1, loss * 2)).isEmpty();
    assertThat(answer(world, plan, -1, loss / 2)).contains(plan);
  }

  private static Optional<CandidateEvaluation> answer(
      PlanWorld world, CandidateEvaluation plan, long more, double loss) {
    CandidateEvaluation uniform =
        new CandidateEvaluation(
            new Candidate.Uniform(Scheme.parse("linear:4"), new ByteSize(800)),
            Verdict.JUDGED,
            new AgreementCounts(plan.counts().agreeing() + more, SAMPLES));
    return world.within(size(900), Optional.of(uniform), loss, SearchBudget.unlimited()).best();
  }

  @Test
  void whereNothingFitsTheSmallestPlanIsToldAndNothingIsRun() {
    PlanWorld world = new PlanWorld(7, 5, SAMPLES, 0.3);
    long smallest =
        Strategy.KNAPSACK.line(world.space, world.measured).stream()
            .mapToLong(plan -> world.catalog.add(plan).encodedSize().bytes())
            .min()
            .orElseThrow();
    PlanOutcome outcome = alone(world, smallest - 1);
    assertThat(outcome.best()).isEmpty();
    assertThat(outcome.line()).isZero();
    assertThat(world.inferences).isZero();
    assertThat(outcome.evaluations())
        .singleElement()
        .satisfies(
            own -> {
              assertThat(own.verdict()).isEqualTo(Verdict.TOO_LARGE);
              assertThat(own.candidate().encodedSize().bytes()).isEqualTo(smallest);
            });
    assertThat(alone(world, smallest).best()).isPresent();
  }

  @Test
  void thePlanOfAnEarlierRecipeIsJudgedWhereItFits() {
    PlanWorld world = new PlanWorld(7, 5, SAMPLES, 0.3);
    long bytes = 1200;
    // Far below the size, where nothing else is looked at.
    Candidate small = world.catalog.add(Strategy.KNAPSACK.line(world.space, world.measured).get(3));
    Candidate large = world.catalog.add(world.space.plan(List.of(7, 7, 7, 7, 7)));
    assertThat(large.encodedSize().bytes()).isGreaterThan(bytes);
    List<Candidate> usual =
        alone(world, bytes).evaluations().stream().map(CandidateEvaluation::candidate).toList();
    assertThat(usual).doesNotContain(small, large);
    assertThat(judged(world, bytes, small)).containsAll(usual).contains(small);
    assertThat(judged(world, bytes, large)).isEqualTo(usual);
  }

  private static List<Candidate> judged(PlanWorld world, long bytes, Candidate warmStart) {
    return world
        .within(size(bytes), Optional.empty(), 0, Optional.of(warmStart), SearchBudget.unlimited())
        .evaluations()
        .stream()
        .map(CandidateEvaluation::candidate)
        .toList();
  }

  @Test
  void aBudgetKeepsTheBestSoFar() {
    PlanWorld world = new PlanWorld(11, 8, SAMPLES, 0.3);
    SearchBudget budget = new SearchBudget(3, Optional.empty(), System::nanoTime);
    PlanOutcome outcome = world.within(size(1500), Optional.empty(), 0, budget);
    assertThat(budget.end()).contains(SearchBudget.End.EVALUATIONS);
    assertThat(outcome.evaluations()).hasSize(3);
    assertThat(outcome.best()).isPresent();
    SearchBudget stopped = SearchBudget.unlimited();
    stopped.interrupt();
    assertThat(world.within(size(1500), Optional.empty(), 0, stopped).best()).isEmpty();
  }

  @Property(tries = 10)
  void aSecondSearchAsksTheStoreOnlyAndEndsAtTheSamePlace(@ForAll long seed) {
    PlanWorld world = new PlanWorld(seed, 5, SAMPLES, 0.3);
    PlanOutcome first = alone(world, 1200);
    long inferences = world.inferences;
    assertThat(alone(world, 1200)).isEqualTo(first);
    assertThat(world.inferences).isEqualTo(inferences);
  }
}
