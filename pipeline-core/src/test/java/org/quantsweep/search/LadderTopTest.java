package org.quantsweep.search;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.quantsweep.agreement.AgreementCounts;
import org.quantsweep.agreement.AgreementThreshold;
import org.quantsweep.encode.QuantizationPlan;

/** Plans stand for the uniform family here: a candidate is its size and what it does. */
class LadderTopTest {
  private static final AgreementThreshold T = AgreementThreshold.parse("0.9");
  private static final int N = 200;

  private final PlanWorld world = new PlanWorld(21, 6, N, 0);
  private final List<Candidate> line = new ArrayList<>();
  private final CandidateJudge judge = world.judge(SearchBudget.unlimited());
  private int first = -1;

  LadderTopTest() {
    for (QuantizationPlan plan : Strategy.KNAPSACK.line(world.space, world.measured)) {
      line.add(world.catalog.add(plan));
      if (first < 0 && world.agreeing(plan) >= 180) {
        first = line.size() - 1;
      }
    }
  }

  private long agreeing(Candidate candidate) {
    return world.agreeing(world.catalog.plan(candidate));
  }

  private AgreementCounts counts(Candidate candidate) {
    return new AgreementCounts(agreeing(candidate), N);
  }

  private Rung rung(Candidate candidate) {
    double share = agreeing(candidate) / (double) N;
    return new Rung(candidate, share, Ladder.chance(share, T, N, N));
  }

  private LadderTop.Raised raised(int most, List<Rung> rungs, List<Candidate> larger) {
    return new LadderTop(judge, T, most, N).over(rungs, counts(rungs.get(0).candidate()), larger);
  }

  @Test
  void aDoubtfulLadderBeginsWithTheNextLargerCandidateThatIsSure() {
    List<Rung> rungs = List.of(rung(line.get(first)), rung(line.get(first - 1)));
    List<Candidate> larger = line.subList(first + 1, line.size());
    LadderTop.Raised raised = raised(20, rungs, larger);
    int added = raised.rungs().size() - 2;
    assertThat(added).isPositive();
    assertThat(raised.rungs().subList(added, added + 2)).isEqualTo(rungs);
    for (int i = 0; i < added; i++) {
      Rung own = raised.rungs().get(i);
      assertThat(own).isEqualTo(rung(own.candidate()));
      assertThat(own.chance() >= Ladder.SURE).isEqualTo(i == 0);
      Rung below = raised.rungs().get(i + 1);
      assertThat(own.share()).isGreaterThanOrEqualTo(below.share());
      assertThat(own.candidate().encodedSize().bytes())
          .isGreaterThanOrEqualTo((long) (below.candidate().encodedSize().bytes() / 0.99));
    }
    // Nothing was asked beyond the first that is sure, and all that was asked is told.
    Candidate top = raised.rungs().get(0).candidate();
    assertThat(raised.judged().get(raised.judged().size() - 1).candidate()).isEqualTo(top);
    assertThat(judge.judged())
        .isEqualTo(raised.judged().stream().map(CandidateEvaluation::candidate).toList());
  }

  @Test
  void aSureLadderStaysAsItIsAndNothingIsJudged() {
    Candidate sure = line.get(line.size() - 2);
    assertThat(rung(sure).chance()).isGreaterThanOrEqualTo(Ladder.SURE);
    List<Rung> rungs = List.of(rung(sure), rung(line.get(first)));
    LadderTop.Raised raised = raised(20, rungs, line.subList(line.size() - 1, line.size()));
    assertThat(raised.rungs()).isEqualTo(rungs);
    assertThat(raised.judged()).isEmpty();
    assertThat(world.inferences).isZero();
  }

  /** The curve alone may take a rung for sure that its own counts leave in doubt. */
  @Test
  void countsThatTheCurveDoesNotShowRaiseALadderToo() {
    Rung lifted = new Rung(line.get(first), 0.97, Ladder.chance(0.97, T, N, N));
    assertThat(lifted.chance()).isGreaterThanOrEqualTo(Ladder.SURE);
    List<Candidate> larger = line.subList(first + 1, line.size());
    assertThat(raised(20, List.of(lifted), larger).rungs()).hasSizeGreaterThan(1);
  }

  @Test
  void whatSelectionRejectsIsToldAndIsNoRung() {
    Candidate rejected = line.get(first - 60);
    assertThat(agreeing(rejected)).isLessThan(180);
    Rung doubtful = new Rung(line.get(0), 0.9, 0.5);
    LadderTop.Raised raised =
        new LadderTop(judge, T, 20, N)
            .over(List.of(doubtful), new AgreementCounts(180, N), List.of(rejected));
    assertThat(raised.rungs()).containsExactly(doubtful);
    assertThat(raised.judged())
        .extracting(CandidateEvaluation::candidate)
        .containsExactly(rejected);
  }

  @Test
  void aLadderKeepsItsLengthAndALackOfBudgetLeavesItAsItIs() {
    List<Rung> rungs = List.of(rung(line.get(first)), rung(line.get(first - 1)));
    List<Candidate> larger = line.subList(first + 1, line.size());
    LadderTop.Raised raised = raised(2, rungs, larger);
    assertThat(raised.rungs()).hasSize(2);
    assertThat(raised.rungs().get(0).chance()).isGreaterThanOrEqualTo(Ladder.SURE);
    SearchBudget none = new SearchBudget(1, Optional.empty(), System::nanoTime);
    none.takeEvaluation();
    LadderTop.Raised without =
        new LadderTop(world.judge(none), T, 20, N)
            .over(rungs, counts(rungs.get(0).candidate()), larger);
    assertThat(without.rungs()).isEqualTo(rungs);
    assertThat(without.judged()).isEmpty();
  }
}
