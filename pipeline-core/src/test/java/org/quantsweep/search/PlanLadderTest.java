package org.quantsweep.search;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.quantsweep.agreement.AgreementThreshold;

/** What a search over plans lets confirmation test. */
class PlanLadderTest {
  private static final AgreementThreshold T = AgreementThreshold.parse("0.95");
  private static final Frontier FRONTIER = Frontier.made(2, 4000, 120, 0.3);

  private static FrontierWorld world(long seed, int n) {
    return new FrontierWorld(FRONTIER, FrontierWorld.drawn(new Random(seed), FRONTIER.samples, n));
  }

  @Test
  void noRungIsLargerThanTheBestUniformCandidateWhichLeadsOrIsLeftOut() {
    for (int seed = 0; seed < 40; seed++) {
      int n = seed % 2 == 0 ? 40 : 250;
      FrontierWorld.Selected selected = world(seed, n).select(T, 20, n);
      Candidate uniform = selected.uniform().orElseThrow().candidate();
      List<Candidate> ladder = selected.outcome().ladder().stream().map(Rung::candidate).toList();
      assertThat(ladder)
          .isNotEmpty()
          .hasSizeLessThanOrEqualTo(20)
          .allSatisfy(rung -> assertThat(rung).isLessThanOrEqualTo(uniform));
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
    CandidateEvaluation uniform = world.bestUniform(T).orElseThrow();
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
}
