package org.quantsweep.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.quantsweep.agreement.AgreementThreshold;

/** The simulations of {@code benchmarks/confirmation.sh} on a made frontier, in a few seconds. */
class ConfirmationSimulationTest {
  private static final AgreementThreshold T = AgreementThreshold.parse("0.95");
  private static final Frontier FRONTIER = Frontier.made(1, 20_000, 160, 0.3);

  @Test
  void theCurveIsNotLiftedAtTheBoundary() {
    ConfirmationSimulation.Bias bias = ConfirmationSimulation.bias(FRONTIER, T, 250, 400);
    assertThat(bias.byDesign()).isCloseTo(0, within(0.1));
    assertThat(bias.atFound()).isCloseTo(0, within(0.1));
    // What the search accepts by luck lifts a curve through it.
    assertThat(bias.throughAccepted()).isGreaterThan(0.2);
  }
}
