package org.quantsweep.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.quantsweep.UsageException;
import org.quantsweep.agreement.AgreementCounts;
import org.quantsweep.agreement.AgreementThreshold;
import org.quantsweep.encode.QuantizationPlan;

class ConfirmationTest {
  private static final AgreementThreshold T = AgreementThreshold.parse("0.9");

  private final PlanWorld world = new PlanWorld(21, 6, 200, 0);
  private final List<Candidate> line = new ArrayList<>();
  private int first = -1;

  ConfirmationTest() {
    for (QuantizationPlan plan : Strategy.KNAPSACK.line(world.space, world.measured)) {
      line.add(world.catalog.add(plan));
      if (first < 0 && world.agreeing(plan) >= 180) {
        first = line.size() - 1;
      }
    }
  }

  private Confirmation confirm(int... places) {
    List<Rung> ladder = new ArrayList<>();
    for (int place : places) {
      ladder.add(new Rung(line.get(place), 0.9, 0.5));
    }
    CandidateJudge judge = world.judge(SearchBudget.unlimited());
    return Confirmation.run(judge, ladder, BehindLadder.nothing(judge, T), 180);
  }

  private Confirmation confirm(BehindLadder behind, List<Integer> places) {
    return Confirmation.run(
        world.judge(SearchBudget.unlimited()),
        places.stream().map(place -> new Rung(line.get(place), 0.9, 0.5)).toList(),
        behind,
        180);
  }

  /** Of places of the line the first is the best. */
  private BehindLadder behind(AcceptanceRule rule, String selection, int... places) {
    List<Candidate> uniform = IntStream.of(places).mapToObj(line::get).toList();
    CandidateEvaluation best =
        new CandidateEvaluation(uniform.get(0), Verdict.ACCEPTED, new AgreementCounts(190, 200));
    return new Finalists(20, 200, Optional.of(best), Optional.empty())
        .behind(
            uniform.subList(1, uniform.size()),
            rule,
            world.judge(SearchBudget.unlimited()),
            AgreementThreshold.parse(selection));
  }

  private Confirmation confirm(int behind, List<Integer> places) {
    return confirm(behind(AcceptanceRule.POINT, "0.9", behind), places);
  }

  private static List<Candidate> tested(Confirmation confirmation) {
    return confirmation.tested().stream().map(Confirmation.Test::candidate).toList();
  }

  private List<Candidate> at(int... places) {
    return IntStream.of(places).mapToObj(line::get).toList();
  }

  @Test
  void aCandidateBehindTheLadderIsTestedWhereNoAnswerIsAsSmall() {
    int last = line.size() - 1;
    // The ladder has no answer, or a larger one.
    for (List<Integer> places : List.of(List.of(first - 40), List.of(last, first - 40))) {
      Confirmation confirmation = confirm(first, places);
      assertThat(confirmation.tested()).hasSize(places.size() + 1);
      Confirmation.Test answer = confirmation.answer().orElseThrow();
      assertThat(answer.candidate()).isEqualTo(line.get(first));
      assertThat(answer.counts().judged()).isEqualTo(200);
      assertThat(confirmation.tested()).endsWith(answer);
    }
    // What fails behind the ladder takes nothing from it.
    Confirmation kept = confirm(first - 50, List.of(last, first - 40));
    assertThat(kept.tested())
        .extracting(Confirmation.Test::passed)
        .containsExactly(true, false, false);
    assertThat(kept.answer().orElseThrow().candidate()).isEqualTo(line.get(last));
    assertThat(kept.tested().get(0).counts().judged()).isEqualTo(200);
    // An answer that is smaller stays, and nothing else is tested.
    assertThat(confirm(last, List.of(first)).tested())
        .extracting(Confirmation.Test::candidate)
        .containsExactly(line.get(first));
  }

  /** Selection asks for less here, so that what it accepts may fail. */
  @Test
  void whereTheBestUniformCandidateFailsLargerOnesAreTestedUntilOnePasses() {
    int last = line.size() - 1;
    for (List<Integer> ladder : List.of(List.of(first - 40), List.of(last, first - 40))) {
      BehindLadder behind =
          behind(AcceptanceRule.POINT, "0.01", first - 50, first - 45, first, last - 1);
      Confirmation confirmation = confirm(behind, ladder);
      List<Candidate> expected = new ArrayList<>(ladder.stream().map(line::get).toList());
      expected.addAll(at(first - 50, first - 45, first));
      assertThat(tested(confirmation)).isEqualTo(expected);
      assertThat(confirmation.answer().orElseThrow().candidate()).isEqualTo(line.get(first));
      assertThat(confirmation.answer().orElseThrow().counts().judged()).isEqualTo(200);
      // Selection is asked about no more of them than are tested.
      assertThat(behind.first()).contains(line.get(first - 50));
      assertThat(behind.judged())
          .extracting(CandidateEvaluation::candidate)
          .isEqualTo(at(first - 45, first));
    }
  }

  @Test
  void noLargerOneIsTestedThatSelectionRefusesThatFailedAlreadyOrThatIsNoSmaller() {
    int last = line.size() - 1;
    BehindLadder refused = behind(AcceptanceRule.POINT, "0.9", first - 50, first - 45, first);
    assertThat(tested(confirm(refused, List.of(first - 40))))
        .isEqualTo(at(first - 40, first - 50, first));
    assertThat(refused.judged()).hasSize(2);

    BehindLadder failed = behind(AcceptanceRule.POINT, "0.01", first - 50, first - 40, first);
    assertThat(tested(confirm(failed, List.of(first - 40, first - 50))))
        .isEqualTo(at(first - 40, first - 50, first));

    BehindLadder larger = behind(AcceptanceRule.POINT, "0.01", first - 50, last);
    Confirmation kept = confirm(larger, List.of(last - 1, first - 40));
    assertThat(tested(kept)).isEqualTo(at(last - 1, first - 40, first - 50));
    assertThat(kept.answer().orElseThrow().candidate()).isEqualTo(line.get(last - 1));
    assertThat(larger.judged()).isEmpty();
  }

  @Test
  void whereTheRulePromisesALevelNothingIsTestedBehind() {
    BehindLadder behind = behind(AcceptanceRule.BOUND, "0.5", first, line.size() - 1);
    assertThat(behind.first()).isEmpty();
    assertThat(tested(confirm(behind, List.of(first - 40)))).isEqualTo(at(first - 40));
    assertThat(behind.judged()).isEmpty();
  }

  @Test
  void theLastThatPassesBeforeTheFirstFailureIsTheAnswer() {
    int last = line.size() - 1;
    // The last rung would pass; it lies behind a failure.
    Confirmation confirmation = confirm(last, first + 40, first - 40, first);
    assertThat(confirmation.required()).isEqualTo(180);
    assertThat(confirmation.samples()).isEqualTo(200);
    assertThat(confirmation.tested())
        .extracting(Confirmation.Test::candidate)
        .containsExactly(line.get(last), line.get(first + 40), line.get(first - 40));
    assertThat(confirmation.tested())
        .extracting(Confirmation.Test::passed)
        .containsExactly(true, true, false);
    assertThat(confirmation.answer().map(Confirmation.Test::candidate))
        .isEqualTo(Optional.of(line.get(first + 40)));
  }

  /** More rungs than are worked on at once. */
  @Test
  void aLongLadderIsTestedToItsFirstFailureToo() {
    List<Integer> places = new ArrayList<>();
    for (int place = line.size() - 1; places.size() < 5; place--) {
      if (world.agreeing(world.catalog.plan(line.get(place))) >= 180) {
        places.add(place);
      }
    }
    Candidate answer = line.get(places.get(4));
    places.addAll(List.of(first - 40, first));
    Confirmation confirmation = confirm(places.stream().mapToInt(Integer::intValue).toArray());
    assertThat(confirmation.tested())
        .extracting(Confirmation.Test::passed)
        .containsExactly(true, true, true, true, true, false);
    assertThat(confirmation.answer().map(Confirmation.Test::candidate))
        .isEqualTo(Optional.of(answer));
  }

  @Test
  void aRungEndsAsSoonAsItsOutcomeIsCertainAndTheAnswersIsJudgedInFull() {
    Confirmation confirmation = confirm(line.size() - 1, first, first - 40);
    AgreementCounts sure = confirmation.tested().get(0).counts();
    assertThat(sure.agreeing()).isEqualTo(180);
    assertThat(sure.judged()).isLessThan(200);
    AgreementCounts answer = confirmation.tested().get(1).counts();
    assertThat(answer.judged()).isEqualTo(200);
    assertThat(answer.agreeing()).isEqualTo(world.agreeing(world.catalog.plan(line.get(first))));
    AgreementCounts failed = confirmation.tested().get(2).counts();
    assertThat(failed.disagreeing()).isEqualTo(21);
    assertThat(failed.judged()).isLessThan(200);
    // What the store holds changes nothing of what is told.
    assertThat(confirm(line.size() - 1, first, first - 40)).isEqualTo(confirmation);
  }

  @Test
  void whereTheFirstRungFailsNoneIsAcceptable() {
    Confirmation confirmation = confirm(first - 40, first, line.size() - 1);
    assertThat(confirmation.tested()).hasSize(1);
    assertThat(confirmation.answer()).isEmpty();
    assertThat(Selection.confirmed(confirmation).candidate()).isEmpty();
    assertThat(confirm().answer()).isEmpty();
  }

  /** Closed form: with no disagreement the bound is (error)^(1/n). */
  @Test
  void withNoDisagreementTheBoundNeedsTheClosedFormsNumber() {
    AgreementThreshold t = AgreementThreshold.parse("0.99");
    assertThat(AcceptanceRule.BOUND.required(t, 299, 0.95)).isEqualTo(299);
    assertThatThrownBy(() -> AcceptanceRule.BOUND.required(t, 298, 0.95))
        .isInstanceOf(UsageException.class)
        .hasMessage(
            "agreement threshold (0.99) cannot be confirmed at 95 % on 298 samples, even if all of"
                + " them agree: it takes 299.\n"
                + "Maybe give more samples, or use --acceptance point.");
    // ln(0.01) / ln(0.99) = 458.2
    assertThat(AcceptanceRule.BOUND.required(t, 459, 0.99)).isEqualTo(459);
    assertThatThrownBy(() -> AcceptanceRule.BOUND.required(t, 458, 0.99))
        .hasMessageContaining("it takes 459.");
  }

  @Test
  void noNumberOfSamplesGivesABoundOfOne() {
    AgreementThreshold t = AgreementThreshold.parse("1");
    assertThat(AcceptanceRule.POINT.required(t, 500, 0.95)).isEqualTo(500);
    assertThatThrownBy(() -> AcceptanceRule.BOUND.required(t, 500, 0.95))
        .isInstanceOf(UsageException.class)
        .hasMessage(
            "agreement threshold (1) cannot be confirmed by a bound: that of finitely many samples"
                + " is below 1.\nMaybe ask for less than 1, or use --acceptance point.");
  }

  /** Of scipy.stats.beta.ppf: the least k whose lower bound at 95 % of k of 500 is 0.95. */
  @Test
  void theBoundRuleAsksForMoreThanThePointRule() {
    AgreementThreshold t = AgreementThreshold.parse("0.95");
    assertThat(AcceptanceRule.POINT.required(t, 500, 0.95)).isEqualTo(475);
    assertThat(AcceptanceRule.BOUND.required(t, 500, 0.95)).isEqualTo(484);
    assertThat(AcceptanceRule.BOUND.forSelection(t, 500, 0.95).required(500)).isEqualTo(484);
    assertThat(AcceptanceRule.POINT.forSelection(t, 500, 0.95)).isEqualTo(t);
  }
}
