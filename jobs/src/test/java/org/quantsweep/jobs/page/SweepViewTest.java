package org.quantsweep.jobs.page;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.quantsweep.report.Certificate;

class SweepViewTest {
  @Test
  void theUniformSchemeBehindTheLadderIsNoRung() {
    assertThat(SweepView.ladder(confirmed(2, 2))).isEqualTo("2 rungs, 2 tested");
    assertThat(SweepView.ladder(confirmed(2, 1))).isEqualTo("2 rungs, 1 tested");
    assertThat(SweepView.ladder(confirmed(2, 3)))
        .isEqualTo("2 rungs and the best uniform scheme behind, 3 tested");
  }

  private static Certificate.Confirmed confirmed(int rungs, int tested) {
    List<Certificate.Finalist> finalists =
        Collections.nCopies(
            tested, new Certificate.Finalist("half", 100, 0.9, null, null, null, false));
    return new Certificate.Confirmed("point", 0.95, rungs, 95, 100L, 1, finalists);
  }
}
