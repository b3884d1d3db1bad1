package org.quantsweep.search;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class FittingProgressTest {
  private final List<String> heard = new ArrayList<>();

  private final SearchListener listener =
      new SearchListener() {
        @Override
        public void phaseStarted(String phase, long inferences) {
          heard.add(phase + " begins");
        }

        @Override
        public void phaseResumed(String phase) {
          heard.add(phase + " goes on");
        }

        @Override
        public void phaseAdvanced(String phase, String unit, long done, long of) {
          heard.add(phase + " " + done + " of " + of + " " + unit);
        }
      };

  @Test
  void everyGroupsSamplesAndWeightsAreCountedFromTheBeginning() {
    FittingProgress progress = new FittingProgress(listener, 2, 100);
    progress.groupBegun();
    progress.gathering(30);
    progress.gathered(10);
    progress.gathered(20);
    progress.fitted(40);
    progress.groupBegun();
    progress.gathering(30);
    progress.gathered(30);
    // A task that was lost has told of its weights before.
    progress.fitted(50);
    progress.fitted(50);
    assertThat(heard)
        .containsExactly(
            "statistics begins",
            "statistics 10 of 60 samples",
            "statistics 30 of 60 samples",
            "fitting begins",
            "fitting 40 of 100 weights of all forms",
            "statistics goes on",
            "statistics 60 of 60 samples",
            "fitting goes on",
            "fitting 90 of 100 weights of all forms",
            "fitting 100 of 100 weights of all forms");
  }

  @Test
  void whereStatisticsAreKnownFittingBeginsAtOnce() {
    FittingProgress progress = new FittingProgress(listener, 1, 100);
    progress.groupBegun();
    progress.gathering(0);
    progress.fitted(100);
    assertThat(heard).containsExactly("fitting begins", "fitting 100 of 100 weights of all forms");
  }
}
