package org.quantsweep.search;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.quantsweep.agreement.AgreementCounts;
import org.quantsweep.agreement.AgreementThreshold;
import org.quantsweep.digest.ByteSize;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.quantize.Scheme;

/** What a search over plans lets confirmation test. */
class PlanLadderTest {
  private static final AgreementThreshold T = AgreementThreshold.parse("0.95");
  private static final Frontier FRONTIER = Frontier.made(2, 4000, 120, 0.3);

  private static FrontierWorld world(long seed, int n) {
    return new FrontierWorld(FRONTIER, FrontierWorld.drawn(new Random(seed), FRONTIER.samples, n));
  }

  @Test
  void theBestUniformCandidateLeadsOrIsLeftOut() {
    for (int seed = 0; seed < 40; seed++) {
      int n = seed % 2 == 0 ? 40 : 250;
      FrontierWorld.Selected selected = world(seed, n).select(T, 20, n);
      Candidate uniform = selected.uniform().orElseThrow().candidate();
      List<Candidate> ladder = selected.outcome().ladder().stream().map(Rung::candidate).toList();
      assertThat(ladder)
          .isNotEmpty()
          .hasSizeLessThanOrEqualTo(20)
          .isSortedAccordingTo(Comparator.reverseOrder());
      assertThat(ladder.subList(1, ladder.size())).doesNotContain(uniform);
    }
  }

  @Test
  void itsLossIsAskedForOnlyWhereNoPlanIsAlmostSureToPass() {
    FrontierWorld world = world(3, 250);
    Finalists finalists = new Finalists(20, 250, world.bestUniform(T), Optional.empty());
    List<Rung> ladder =
        world
            .select(
                T,
                finalists,
                candidate -> {
                  throw new AssertionError(candidate.name());
                })
            .outcome()
            .ladder();
    assertThat(ladder.get(0).chance()).isGreaterThanOrEqualTo(Ladder.SURE);
  }

  @Test
  void whereNoPlanIsSureTheCurveTellsWhetherItLeads() {
    // On 25 unseen samples nothing of these sizes is sure.
    FrontierWorld world = world(4, 100);
    // Larger than every plan, so that none of them comes before it.
    Candidate largest =
        FRONTIER.uniform.stream()
            .map(Frontier.Entry::candidate)
            .max(Comparator.naturalOrder())
            .orElseThrow();
    CandidateEvaluation uniform = world.judge.judge(List.of(largest), T).get(largest);
    Finalists finalists = new Finalists(6, 25, Optional.of(uniform), Optional.empty());
    List<Rung> led = world.select(T, finalists, none -> OptionalDouble.of(1e-9)).outcome().ladder();
    assertThat(led.get(0).candidate()).isEqualTo(uniform.candidate());
    assertThat(led).hasSizeBetween(2, 6);
    List<Rung> left = world.select(T, finalists, none -> OptionalDouble.of(10)).outcome().ladder();
    assertThat(left).extracting(Rung::candidate).doesNotContain(uniform.candidate());
    // Where its loss cannot be told, its own counts stand for it.
    List<Rung> counted =
        world.select(T, finalists, none -> OptionalDouble.empty()).outcome().ladder();
    double chance = Ladder.byCounts(uniform, T, 25).chance();
    assertThat(counted.get(0).candidate().equals(uniform.candidate()))
        .isEqualTo(chance >= left.get(0).chance());
  }

  @Test
  void aWarmStartIsNoCeilingOfTheLadder() {
    FrontierWorld world = world(5, 250);
    Optional<CandidateEvaluation> uniform = world.bestUniform(T);
    Candidate found = world.select(T, 20, 250).outcome().best().orElseThrow().candidate();
    CandidateEvaluation warm = world.judge.judge(List.of(found), T).get(found);
    PlanOutcome outcome =
        world
            .select(
                T,
                new Finalists(20, 250, uniform, Optional.of(warm)),
                none -> OptionalDouble.empty())
            .outcome();
    assertThat(outcome.ladder().get(0).candidate().encodedSize().bytes())
        .isGreaterThan(Math.round(1.05 * found.encodedSize().bytes()));
    assertThat(outcome.ladder().get(0).chance()).isGreaterThan(0.95);
    assertThat(outcome.ladder()).extracting(Rung::candidate).contains(found);
    assertThat(outcome.evaluations())
        .filteredOn(own -> own.candidate().compareTo(found) > 0)
        .as("what it has to judge above the warm start")
        .isNotEmpty();
  }

  @Test
  void whereNothingIsConfirmedThereIsNoLadder() {
    assertThat(world(6, 100).select(T, 20, 0).outcome().ladder()).isEmpty();
  }

  private static final long N = 250;

  private static Candidate plan(int bytes) {
    return new Candidate.Plan(Sha256Digest.ofText("plan " + bytes), new ByteSize(bytes));
  }

  private static CandidateEvaluation counted(Candidate plan, long agreeing) {
    return new CandidateEvaluation(
        plan,
        agreeing >= 238 ? Verdict.ACCEPTED : Verdict.REJECTED,
        new AgreementCounts(agreeing, N));
  }

  private static PlanLadder.Shares shares(
      ToDoubleFunction<Candidate> ofPlan, ToDoubleFunction<Candidate> ofUniform) {
    return new PlanLadder.Shares() {
      @Override
      public boolean areKnown() {
        return true;
      }

      @Override
      public OptionalDouble ofPlan(Candidate plan) {
        return OptionalDouble.of(ofPlan.applyAsDouble(plan));
      }

      @Override
      public OptionalDouble ofUniform(Candidate uniform) {
        return OptionalDouble.of(ofUniform.applyAsDouble(uniform));
      }
    };
  }

  private static PlanLadder.Judge counting(Map<Integer, Long> counts) {
    return asked ->
        asked.stream()
            .map(plan -> counted(plan, counts.get((int) plan.encodedSize().bytes())))
            .toList();
  }

  /** The same where none is larger than the best uniform candidate. */
  private static List<Integer> sizes(Map<Integer, Double> curve, Map<Integer, Long> counts) {
    return sizes(curve, counts, Integer.MAX_VALUE);
  }

  /**
   * Of plans of these sizes, some larger than a uniform candidate, each with its share by the curve
   * and what selection counts.
   */
  private static List<Integer> sizes(
      Map<Integer, Double> curve, Map<Integer, Long> counts, int uniform) {
    PlanLadder.Shares shares =
        shares(
            plan -> curve.get((int) plan.encodedSize().bytes()),
            asked -> {
              throw new AssertionError(asked.name());
            });
    int smallest = counts.keySet().stream().min(Integer::compare).orElseThrow();
    Map<Boolean, List<Candidate>> undecided =
        counts.keySet().stream()
            .filter(size -> size != smallest)
            .sorted()
            .map(PlanLadderTest::plan)
            .collect(Collectors.partitioningBy(plan -> plan.encodedSize().bytes() < uniform));
    return new PlanLadder(
            shares,
            counting(counts),
            T,
            new Finalists(
                20,
                N,
                Optional.of(uniform)
                    .filter(size -> size < Integer.MAX_VALUE)
                    .map(size -> counted(new Candidate.AsGiven(new ByteSize(size)), N)),
                Optional.empty()),
            N,
            List.of(counted(plan(smallest), counts.get(smallest))))
        .rungs(undecided.get(true), undecided.get(false)).stream()
            .map(rung -> (int) rung.candidate().encodedSize().bytes())
            .toList();
  }

  @Test
  void aPlanThatItsCountsShowWorseThanASmallerOneIsSkipped() {
    Map<Integer, Double> curve = Map.of(1000, 0.953, 1010, 0.96, 1020, 0.968, 1030, 0.999);
    assertThat(sizes(curve, Map.of(1000, 239L, 1010, 241L, 1020, 243L, 1030, 250L)))
        .containsExactly(1030, 1020, 1010, 1000);
    // 0.96 and 239 of 250 are less than 0.953 and 242 of 250.
    assertThat(sizes(curve, Map.of(1000, 242L, 1010, 239L, 1020, 243L, 1030, 250L)))
        .containsExactly(1030, 1020, 1000);
    // What selection rejects is no rung.
    assertThat(sizes(curve, Map.of(1000, 239L, 1010, 237L, 1020, 243L, 1030, 250L)))
        .containsExactly(1030, 1020, 1000);
  }

  @Test
  void whereCountsLeaveTheFirstRungInDoubtLargerPlansComeBeforeIt() {
    Map<Integer, Double> curve =
        Map.of(1000, 0.953, 1020, 0.992, 1040, 0.993, 1060, 0.994, 1080, 0.995);
    // Of the curve's sure plans 1020 is the smallest; 241 of 250 leave it in doubt, and 1040 fails.
    assertThat(sizes(curve, Map.of(1000, 239L, 1020, 241L, 1040, 237L, 1060, 245L, 1080, 250L)))
        .containsExactly(1080, 1060, 1020, 1000);
    assertThat(sizes(curve, Map.of(1000, 239L, 1020, 250L, 1040, 250L, 1060, 250L, 1080, 250L)))
        .containsExactly(1020, 1000);
  }

  /** A uniform candidate of 1050 bytes that selection has accepted by luck. */
  @Test
  void wherePlansBelowTheUniformCandidateAreInDoubtLargerOnesComeBeforeThem() {
    Map<Integer, Double> curve =
        Map.of(1000, 0.953, 1020, 0.96, 1040, 0.965, 1060, 0.97, 1080, 0.98, 1100, 0.999);
    Map<Integer, Long> counts =
        Map.of(1000, 238L, 1020, 240L, 1040, 241L, 1060, 243L, 1080, 245L, 1100, 250L);
    assertThat(sizes(curve, counts, 1050)).containsExactly(1100, 1080, 1060, 1040, 1020, 1000);
    // Nothing above is asked for where one below is sure.
    Map<Integer, Double> sure = new HashMap<>(curve);
    sure.put(1040, 0.999);
    Map<Integer, Long> sureCounts = new HashMap<>(counts);
    sureCounts.put(1040, 250L);
    assertThat(sizes(sure, sureCounts, 1050)).containsExactly(1040, 1020, 1000);
    // What selection rejects above leaves the ladder as it was, led by the uniform candidate.
    Map<Integer, Long> worse =
        Map.of(1000, 238L, 1020, 240L, 1040, 241L, 1060, 230L, 1080, 230L, 1100, 230L);
    assertThat(sizes(curve, worse, 1050)).containsExactly(1050, 1040, 1020, 1000);
  }

  /** What lies above a uniform candidate of 1050 bytes, below which selection accepts nothing. */
  private static List<Integer> above(double share, long agreeing, Map<Integer, Long> counts) {
    Candidate uniform = new Candidate.Uniform(Scheme.parse("lut-kmeans:4"), new ByteSize(1050));
    PlanLadder.Shares shares =
        shares(plan -> 0.94 + (plan.encodedSize().bytes() - 1000) / 2000.0, asked -> share);
    return new PlanLadder(
            shares,
            counting(counts),
            T,
            new Finalists(20, N, Optional.of(counted(uniform, agreeing)), Optional.empty()),
            N,
            List.of(counted(plan(1040), 237)))
            .rungs(List.of(), counts.keySet().stream().sorted().map(PlanLadderTest::plan).toList())
            .stream()
            .map(rung -> (int) rung.candidate().encodedSize().bytes())
            .toList();
  }

  /** Else the next answer would be a larger uniform candidate, however far above it lies. */
  @Test
  void whereOnlyTheUniformCandidateIsAcceptedAndInDoubtLargerPlansComeBeforeIt() {
    Map<Integer, Long> counts = Map.of(1060, 243L, 1080, 245L, 1100, 249L, 1300, 250L);
    assertThat(above(0.955, 239, counts)).containsExactly(1100, 1080, 1060, 1050);
    // A plan that is worse than the uniform candidate is of no use before it.
    assertThat(above(0.975, 244, counts)).containsExactly(1100, 1080, 1050);
    assertThat(above(0.999, 250, counts)).containsExactly(1050);
    // Nor is one that selection rejects.
    Map<Integer, Long> worse = Map.of(1060, 230L, 1080, 231L, 1100, 232L);
    assertThat(above(0.955, 239, worse)).containsExactly(1050);
  }

  /** A search whose best uniform candidate lies just below the smallest plan that is accepted. */
  @Test
  void aSearchLooksAtPlansAboveAUniformCandidateThatAloneIsAccepted() {
    FrontierWorld world = world(7, 250);
    Candidate smallest = world.select(T, 20, 250).outcome().best().orElseThrow().candidate();
    Candidate uniform =
        new Candidate.Uniform(
            Scheme.parse("lut-kmeans:4"), new ByteSize(smallest.encodedSize().bytes() - 1));
    CandidateEvaluation lucky = counted(uniform, 238);
    List<Rung> ladder =
        world
            .select(
                T,
                new Finalists(20, N, Optional.of(lucky), Optional.empty()),
                none -> OptionalDouble.empty())
            .outcome()
            .ladder();
    assertThat(ladder).hasSizeBetween(5, 20);
    assertThat(ladder.get(0).chance()).isGreaterThan(0.95);
    List<Candidate> tested = ladder.stream().map(Rung::candidate).toList();
    assertThat(tested).isSortedAccordingTo(Comparator.reverseOrder());
    assertThat(tested.get(tested.size() - 1)).isEqualTo(uniform);
    assertThat(tested).filteredOn(own -> own.compareTo(uniform) < 0).isEmpty();
  }

  /** Nothing lies below the uniform candidate, so the curve is that of the plans above it. */
  @Test
  void theCurveIsFittedAboveAUniformCandidateThatIsSmallerThanEveryPlan() {
    FrontierWorld world = world(8, 250);
    Candidate smallest = FRONTIER.plans.get(0).candidate();
    long agreeing = world.agreeing(smallest) - 1;
    AgreementThreshold low = AgreementThreshold.parse(Double.toString(agreeing / (double) N));
    Candidate uniform =
        new Candidate.Uniform(
            Scheme.parse("lut-kmeans:1"), new ByteSize(smallest.encodedSize().bytes() - 1));
    CandidateEvaluation lucky =
        new CandidateEvaluation(uniform, Verdict.ACCEPTED, new AgreementCounts(agreeing, N));
    List<Candidate> tested =
        world
            .select(
                low,
                new Finalists(20, N, Optional.of(lucky), Optional.empty()),
                none -> OptionalDouble.empty())
            .outcome()
            .ladder()
            .stream()
            .map(Rung::candidate)
            .toList();
    assertThat(tested).hasSizeBetween(3, 20).endsWith(uniform);
    assertThat(tested).isSortedAccordingTo(Comparator.reverseOrder());
  }
}
