package org.quantsweep.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.quantsweep.UsageException;
import org.quantsweep.agreement.AgreementThreshold;
import org.quantsweep.encode.QuantizationPlan;

class ConfirmationTest {
  private static final AgreementThreshold T = AgreementThreshold.parse("0.9");

  @Test
  void theSmallestThatPassesIsTakenAndTheLargerOnesAreNotOpened() {
    PlanWorld world = new PlanWorld(21, 6, 200, 0);
    List<Candidate> line = new ArrayList<>();
    int first = -1;
    for (QuantizationPlan plan : Strategy.KNAPSACK.line(world.space, world.measured)) {
      line.add(world.catalog.add(plan));
      if (first < 0 && world.agreeing(plan) >= 180) {
        first = line.size() - 1;
      }
    }
    List<Candidate> finalists =
        List.of(line.get(first - 40), line.get(first), line.get(line.size() - 1));
    Confirmation confirmation =
        Confirmation.run(
            world.judge(SearchBudget.unlimited()), finalists, T, AcceptanceRule.POINT, 0.95);
    assertThat(confirmation.required()).isEqualTo(180);
    assertThat(confirmation.tested()).hasSize(2);
    assertThat(confirmation.tested().get(0).passed()).isFalse();
    assertThat(confirmation.tested().get(0).counts().judged()).isEqualTo(200);
    assertThat(confirmation.passed().map(Confirmation.Finalist::candidate))
        .isEqualTo(Optional.of(line.get(first)));
  }

  /** Closed form: with no disagreement the bound is (error)^(1/n). */
  @Test
  void withNoDisagreementTheBoundNeedsTheClosedFormsNumber() {
    AgreementThreshold t = AgreementThreshold.parse("0.99");
    assertThat(AcceptanceRule.BOUND.required(t, 299, 0.95, 1)).isEqualTo(299);
    assertThatThrownBy(() -> AcceptanceRule.BOUND.required(t, 298, 0.95, 1))
        .isInstanceOf(UsageException.class)
        .hasMessage(
            "agreement threshold (0.99) cannot be confirmed at 0.95 with 1 finalists on 298"
                + " samples, even if all of them agree: it takes 299.\n"
                + "Maybe give more samples, or use --acceptance point.");
    // ln(0.05 / 3) / ln(0.99) = 407.4
    assertThat(AcceptanceRule.BOUND.required(t, 408, 0.95, 3)).isEqualTo(408);
    assertThatThrownBy(() -> AcceptanceRule.BOUND.required(t, 407, 0.95, 3))
        .hasMessageContaining("it takes 408.");
  }

  @Test
  void noNumberOfSamplesGivesABoundOfOne() {
    AgreementThreshold t = AgreementThreshold.parse("1");
    assertThat(AcceptanceRule.POINT.required(t, 500, 0.95, 3)).isEqualTo(500);
    assertThatThrownBy(() -> AcceptanceRule.BOUND.required(t, 500, 0.95, 3))
        .isInstanceOf(UsageException.class)
        .hasMessage(
            "agreement threshold (1) cannot be confirmed by a bound: that of finitely many samples"
                + " is below 1.\nMaybe ask for less than 1, or use --acceptance point.");
  }

  /** Values of scipy.stats.beta.ppf: 0.95 of 500 at 95 %, and at 95 % over 3 finalists. */
  @Test
  void theBoundRuleAsksForMoreThanThePointRule() {
    AgreementThreshold t = AgreementThreshold.parse("0.95");
    assertThat(AcceptanceRule.POINT.required(t, 500, 0.95, 3)).isEqualTo(475);
    assertThat(AcceptanceRule.BOUND.required(t, 500, 0.95, 1)).isEqualTo(SINGLE);
    assertThat(AcceptanceRule.BOUND.required(t, 500, 0.95, 3)).isEqualTo(THREE);
    assertThat(AcceptanceRule.BOUND.forSelection(t, 500, 0.95, 1).required(500)).isEqualTo(SINGLE);
    assertThat(AcceptanceRule.POINT.forSelection(t, 500, 0.95, 1)).isEqualTo(t);
  }

  private static final long SINGLE = 484;
  private static final long THREE = 486;
}
