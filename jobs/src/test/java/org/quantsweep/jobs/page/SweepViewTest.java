package org.quantsweep.jobs.page;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.quantsweep.report.Certificate;

class SweepViewTest {
  @Test
  void uniformSchemesBehindTheLadderAreNoRungs() {
    assertThat(SweepView.ladder(confirmed(4, true, true))).isEqualTo("4 rungs, 2 tested");
    assertThat(SweepView.ladder(confirmed(4, true, false))).isEqualTo("4 rungs, 2 tested");
    assertThat(SweepView.ladder(confirmed(4, false, true)))
        .isEqualTo("4 rungs and 1 uniform scheme behind, 2 tested");
    assertThat(SweepView.ladder(confirmed(4, true, false, false, true)))
        .isEqualTo("4 rungs and 2 uniform schemes behind, 4 tested");
  }

  private static Certificate.Confirmed confirmed(int rungs, boolean... passed) {
    List<Certificate.Finalist> finalists = new ArrayList<>();
    for (boolean own : passed) {
      finalists.add(new Certificate.Finalist("half", 100, 0.9, null, null, null, own));
    }
    return new Certificate.Confirmed("point", 0.95, rungs, 95, 100L, 1, finalists);
  }
}
