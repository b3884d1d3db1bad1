package org.quantsweep.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.quantsweep.agreement.AgreementThreshold;
import org.quantsweep.inference.engine.InferenceEngines;
import org.quantsweep.search.SearchListener;
import org.quantsweep.testing.TinySweep;

/** How often the confirmation samples of a reference were opened, over several sweeps. */
class OpeningsTest {
  private static SweepSettings.Builder settings() {
    return SweepSettings.builder("tiny", List.of("all"), TinySweep.preparation(), "out")
        .threshold(AgreementThreshold.parse("0.8"))
        .splits(SplitSettings.DEFAULT.withSeed(5));
  }

  private static int opened(LocalSweep sweep, SweepSettings settings) {
    return sweep
        .run(settings, SearchListener.SILENT)
        .result()
        .certificate()
        .confirmation()
        .opened();
  }

  @Test
  void everyOpeningCountsButTheVerySameOne() {
    try (LocalSweep sweep =
        new LocalSweep(
            TinySweep.model(2),
            Map.of(SampleSet.MAIN, TinySweep.samples("all", 300)),
            InferenceEngines.onnxRuntime(),
            2)) {
      assertThat(opened(sweep, settings().build())).isEqualTo(1);
      assertThat(opened(sweep, settings().build())).isEqualTo(1);
      assertThat(opened(sweep, settings().timeBudget(Duration.ofHours(1)).build())).isEqualTo(2);
      assertThat(opened(sweep, settings().timeBudget(Duration.ofHours(2)).build())).isEqualTo(3);
      assertThat(opened(sweep, settings().threshold(AgreementThreshold.parse("0.81")).build()))
          .isEqualTo(4);
      assertThat(opened(sweep, settings().build())).isEqualTo(4);
    }
  }
}
