package org.quantsweep.inference.onnxruntime;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What the build pins is what runs. */
class EngineVersionTest {
  @Test
  void theIdentityHasTheVersionOfTheLibraryThatRuns() {
    assertThat(new OnnxRuntime().identity())
        .isEqualTo("onnxruntime " + EngineEnvironment.get().getVersion());
  }
}
