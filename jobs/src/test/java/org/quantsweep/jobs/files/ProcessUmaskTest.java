package org.quantsweep.jobs.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;

class ProcessUmaskTest {
  @Test
  void isThatOfTheShellThatThisProcessWouldStart() throws Exception {
    Process shell = new ProcessBuilder("sh", "-c", "umask").start();
    String told = new String(shell.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    String umask = ProcessUmask.ofThisProcess().orElseThrow();
    assertThat(umask).hasSize(3);
    assertThat(Integer.parseInt(umask, 8)).isEqualTo(Integer.parseInt(told.strip(), 8));
    assertThat(ProcessUmask.hadoop().get(ProcessUmask.SETTING)).isEqualTo(umask);
  }

  @Test
  void whatTheSettingsNameStays() {
    Configuration settings = new Configuration();
    assertThat(ProcessUmask.unlessNamed(settings)).isPresent();
    settings.set(ProcessUmask.SETTING, "027");
    assertThat(ProcessUmask.unlessNamed(settings)).isEmpty();
    assertThat(ProcessUmask.unlessNamed(new Configuration(false))).isPresent();
  }
}
