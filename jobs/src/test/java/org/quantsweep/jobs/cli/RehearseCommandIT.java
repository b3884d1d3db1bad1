package org.quantsweep.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quantsweep.testing.PythonEnvironment;

/** What an archive of classes for Spark is made from. */
class RehearseCommandIT {
  @TempDir Path folder;

  @Test
  void itSweepsPublishesAndFindsWhatIsStored() throws IOException {
    Path sample = PythonEnvironment.repository("datasets/src/main/sample");
    assertThat(RehearseCommand.rehearse(sample, folder, true)).containsExactly(0, 0);
    assertThat(folder.resolve("sweep/result.json")).isNotEmptyFile();
    assertThat(folder.resolve("sweep/report.html")).isNotEmptyFile();
    assertThat(folder.resolve("registry/models")).isNotEmptyDirectory();
  }
}
