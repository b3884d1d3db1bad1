package org.quantsweep.datasets.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LastCommitTest {
  private static final String ADD =
      "{\"add\":{\"path\":\"a\",\"stats\":\"{}\",\"tags\":{\"commitInfo\":\"no\"}}}\n";

  @TempDir Path table;

  private Path log() throws IOException {
    return Files.createDirectories(table.resolve("_delta_log"));
  }

  private void commit(int version, String lines) throws IOException {
    Files.writeString(log().resolve("%020d.json".formatted(version)), lines);
  }

  private static String told(String metadata) {
    return "{\"commitInfo\":{\"operationMetrics\":{\"userMetadata\":\"no\"},\"userMetadata\":"
        + metadata
        + ",\"txnId\":\"t\"}}\n";
  }

  private Optional<String> last() throws IOException {
    return LastCommit.userMetadata(
        FileSystem.getLocal(new Configuration()), new org.apache.hadoop.fs.Path(table.toUri()));
  }

  @Test
  void theLatestEntryCountsWhereverItsInformationStands() throws IOException {
    commit(9, told("\"nine\""));
    commit(10, ADD + told("\"ten\"") + ADD);
    Files.writeString(log().resolve("00000000000000000011.checkpoint.json"), told("\"no\""));
    Files.writeString(
        log().resolve("00000000000000000009.00000000000000000012.compacted.json"), told("\"no\""));
    Files.writeString(log().resolve("00000000000000000010.crc"), told("\"no\""));
    assertThat(last()).contains("ten");
  }

  @Test
  void whoSaidNothingIsNotTakenForTheOneBefore() throws IOException {
    commit(0, told("\"zero\""));
    commit(1, told("null"));
    assertThat(last()).isEmpty();
    commit(2, ADD);
    assertThat(last()).isEmpty();
  }

  @Test
  void whereThereIsNoTableNothingIsSaid() throws IOException {
    assertThat(last()).isEmpty();
    log();
    assertThat(last()).isEmpty();
  }

  @Test
  void aDamagedEntryIsNoAnswer() throws IOException {
    commit(0, told("\"zero\"").substring(0, 60));
    assertThatThrownBy(this::last).isInstanceOf(IOException.class);
  }
}
