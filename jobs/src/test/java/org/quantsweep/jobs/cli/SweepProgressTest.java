package org.quantsweep.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.quantsweep.search.SearchEstimate;

class SweepProgressTest {
  private static String planned(double secondsPerInference) {
    StringWriter err = new StringWriter();
    try (SweepProgress progress = new SweepProgress(new PrintWriter(err, true), () -> 0)) {
      progress.planned(new SearchEstimate(26, 400, 300, 100, 500, secondsPerInference, 2));
    }
    return err.toString();
  }

  @Test
  void aPlanSaysItsWorkAndAboutHowLongItTakes() {
    // 400 x 0.65 x 0.6 x 100 and 60 x 0.6 x 500 inferences, and 300: 33,900 of 10 ms on two cores.
    assertThat(planned(0.010))
        .isEqualTo(
            "0 s: 26 weight tensors, at most 400 options: calibration on 300 samples, each option"
                + " alone on 100 (about 15600 inferences), plans on 500 (about 18000); about 3 min"
                + " in all at 10.0 ms an inference on 2 cores, less what is known from before\n");
  }

  @Test
  void whereNothingWasRunThereIsNoTimeToTell() {
    assertThat(planned(0))
        .isEqualTo(
            "0 s: 26 weight tensors, at most 400 options: calibration on 300 samples, each option"
                + " alone on 100 (about 15600 inferences), plans on 500 (about 18000)\n");
  }
}
