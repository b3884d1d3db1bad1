package org.quantsweep.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class WatchdogTest {
  private final StringWriter said = new StringWriter();
  private final CompletableFuture<Integer> code = new CompletableFuture<>();

  private Watchdog over(Duration limit) {
    return new Watchdog("Net.mlmodel", limit, new PrintWriter(said, true), code::complete);
  }

  @Test
  void whatDoesNotComeBackEndsTheProgramWithOneMessage() throws Exception {
    int ended = over(Duration.ofMillis(100)).watch(() -> code.get(10, TimeUnit.SECONDS));
    assertThat(ended).isEqualTo(4);
    assertThat(said)
        .hasToString(
            """
            Net.mlmodel: the engine had not come back after 0.1 s.
            Maybe give it longer with --run-limit, if the model is as large as that.
            """);
  }

  @Test
  void whatComesBackInTimeIsLeftAlone() throws InterruptedException {
    assertThat(over(Duration.ofMillis(300)).<String, RuntimeException>watch(() -> "back"))
        .isEqualTo("back");
    Thread.sleep(600);
    assertThat(code).isNotDone();
    assertThat(said).hasToString("");
  }
}
