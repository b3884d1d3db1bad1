package org.quantsweep.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.quantsweep.agreement.AgreementThreshold;

/** The simulations of {@code benchmarks/confirmation.sh} on a made frontier, in a few seconds. */
class ConfirmationSimulationTest {
  private static final AgreementThreshold T = AgreementThreshold.parse("0.95");
  private static final Frontier FRONTIER = Frontier.made(1, 20_000, 120, 0.3);

  @Test
  void theCurveIsNotLiftedAtTheBoundary() {
    ConfirmationSimulation.Bias bias = ConfirmationSimulation.bias(FRONTIER, T, 250, 400);
    assertThat(bias.splits()).isEqualTo(400);
    assertThat(bias.curve()).isCloseTo(0, within(0.1));
    // What the search accepts by luck lifts a curve through it, and most of all its own counts.
    assertThat(bias.throughAccepted()).isGreaterThan(bias.curve() + 0.03);
    assertThat(bias.counts()).isGreaterThan(0.5);
  }

  /** An answer below the threshold needs the first rung below it to pass. */
  @Test
  void underTheBoundRuleTheWholeLadderErrsAsSeldomAsOneRung() {
    ConfirmationSimulation.Answers ladder =
        ConfirmationSimulation.ladder(FRONTIER, T, AcceptanceRule.BOUND, 250, 100, 20);
    assertThat(ladder.below()).isLessThanOrEqualTo(0.05);
    assertThat(ladder.none()).isLessThanOrEqualTo(2);
    // Three finalists, each at a third of the error.
    assertThat(
            ConfirmationSimulation.finalists(FRONTIER, T, AcceptanceRule.BOUND, 250, 100, 3)
                .excess())
        .isGreaterThan(ladder.excess() + 0.02);
  }

  /** So few samples that many first rungs fail. */
  @Test
  void underThePointRuleNoAnswerIsLargerThanTheBestUniformCandidateThatPasses() {
    Frontier small = Frontier.made(1, 400, 120, 0.3);
    List<ConfirmationSimulation.Seen> seen =
        ConfirmationSimulation.third(small, T, AcceptanceRule.POINT, 60, 200);
    assertThat(seen.stream().filter(ConfirmationSimulation.Seen::uniformPasses))
        .hasSizeGreaterThan(50)
        .allMatch(row -> row.confirmed() >= 0.95 && row.bytes() <= row.uniformBytes());
  }

  @Test
  void asManyRungsPassAsTheCurvePredicts() {
    ConfirmationSimulation.Chances chances = ConfirmationSimulation.chances(FRONTIER, T, 250, 100);
    assertThat(chances.seen()).isCloseTo(chances.predicted(), within(0.05));
  }
}
