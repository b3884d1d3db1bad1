package org.quantsweep.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.quantsweep.agreement.AgreementThreshold;

/** The simulations of {@code benchmarks/confirmation.sh}, on a made frontier and on stored ones. */
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

  /** So few samples that many rungs fail, and so few plans that uniform candidates are answers. */
  @Test
  void underThePointRuleNoAnswerIsLargerThanAUniformCandidateThatBothPartsAccept() {
    Frontier few = Frontier.made(1, 400, 5, 2);
    List<ConfirmationSimulation.Seen> seen =
        ConfirmationSimulation.third(few, T, AcceptanceRule.POINT, 60, 200);
    assertThat(seen.stream().filter(row -> row.leastUniform() > 0))
        .hasSize(200)
        .allMatch(row -> row.bytes() > 0 && row.confirmed() >= 0.95)
        .allMatch(row -> row.bytes() <= row.leastUniform());
    // In many splits the best of selection fails, and a larger one is the smallest that passes.
    assertThat(seen.stream().filter(row -> row.leastUniform() > row.uniformBytes()))
        .hasSizeGreaterThan(60);
  }

  @Test
  void asManyRungsPassAsTheCurvePredicts() {
    ConfirmationSimulation.Chances chances = ConfirmationSimulation.chances(FRONTIER, T, 250, 100);
    assertThat(chances.seen()).isCloseTo(chances.predicted(), within(0.05));
  }

  /** Of 500 photographs; the goal is a tenth of a point. */
  @Test
  void theCurveIsNotLiftedOnSqueezeNetsFrontier() throws IOException {
    Frontier squeeze = stored("SqueezeNet", 128);
    for (int n : new int[] {250, 500}) {
      assertThat(ConfirmationSimulation.bias(squeeze, T, n, 400).curve()).isCloseTo(0, within(0.1));
    }
  }

  /** The goal is ten points, over 20 splits. */
  @Test
  void asManyRungsPassAsPredictedOnSqueezeNetsFrontier() throws IOException {
    ConfirmationSimulation.Chances chances =
        ConfirmationSimulation.chances(stored("SqueezeNet", 128), T, 250, 20);
    assertThat(chances.seen()).isCloseTo(chances.predicted(), within(0.1));
  }

  /** On a third set that neither selected nor confirmed, alpha of the answers may miss it. */
  @Test
  void confirmedAnswersMeetTheThresholdOnUntouchedDigits() throws IOException {
    Frontier digits = stored("mnistCNN", 1);
    for (String t : new String[] {"0.98", "0.99"}) {
      List<ConfirmationSimulation.Seen> seen =
          ConfirmationSimulation.third(
              digits, AgreementThreshold.parse(t), AcceptanceRule.BOUND, 1000, 100);
      assertThat(seen).hasSize(100);
      double share = Double.parseDouble(t);
      assertThat(seen.stream().filter(row -> row.bytes() > 0)).hasSizeGreaterThan(90);
      assertThat(seen.stream().filter(row -> row.bytes() > 0 && row.third() < share))
          .as("below %s", t)
          .hasSizeLessThanOrEqualTo(5);
    }
  }

  private static Frontier stored(String model, int scale) throws IOException {
    return Frontier.read(Path.of("../benchmarks/frontiers/" + model + ".csv"), scale);
  }
}
