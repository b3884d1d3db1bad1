package org.quantsweep.inference.onnxruntime;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What the build pins is what runs. */
class EngineVersionTest {
  @Test
  void theIdentityHasTheVersionOfTheLibraryThatRuns() {
    assertThat(new OnnxRuntime(Duration.ofMinutes(1)).identity())
        .isEqualTo("onnxruntime " + EngineEnvironment.get().getVersion());
  }
}
