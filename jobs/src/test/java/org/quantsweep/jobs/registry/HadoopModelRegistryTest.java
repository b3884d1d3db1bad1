package org.quantsweep.jobs.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quantsweep.UsageException;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.registry.Alias;
import org.quantsweep.registry.EvidenceFile;
import org.quantsweep.registry.ModelArtifact;
import org.quantsweep.registry.ModelName;
import org.quantsweep.registry.Provenance;
import org.quantsweep.registry.PublishedVersion;

class HadoopModelRegistryTest {
  private static final ModelName NAME = new ModelName("net");

  @TempDir Path folder;
  private HadoopModelRegistry registry;

  @BeforeEach
  void open() {
    registry = new HadoopModelRegistry(folder.toString(), new Configuration());
  }

  @Test
  void theSameBytesTwiceAreOneVersion() throws Exception {
    PublishedVersion first = publish("one");
    assertThat(publish("one")).isEqualTo(first);
    assertThat(publish("two").version()).isEqualTo(2);
    assertThat(registry.show(NAME).at(Alias.CHALLENGER).orElseThrow().version()).isEqualTo(2);
    assertThat(registry.open(NAME, 1).readAllBytes())
        .isEqualTo("one".getBytes(StandardCharsets.UTF_8));
    assertThat(registry.evidence(NAME, 1)).containsExactly(new EvidenceFile("result.json", "{}"));
  }

  @Test
  void rollingBackReturnsToTheChampionBefore() {
    publish("one");
    publish("two");
    registry.promote(NAME, 1);
    registry.promote(NAME, 2);
    assertThat(registry.rollback(NAME).version()).isEqualTo(1);
    assertThat(registry.show(NAME).at(Alias.CHAMPION).orElseThrow().version()).isEqualTo(1);
    assertThatThrownBy(() -> registry.rollback(NAME)).isInstanceOf(UsageException.class);
  }

  @Test
  void whatAPublisherLeftHalfDoneIsNotSeenAndTheNextOneCompletes() throws Exception {
    Files.createDirectories(folder.resolve("models/.tmp-dead"));
    Files.writeString(folder.resolve("models/.tmp-dead/selected.mlmodel"), "hal");
    assertThat(registry.list()).isEmpty();
    assertThat(publish("one").version()).isEqualTo(1);
    assertThat(registry.list()).hasSize(1);
  }

  @Test
  void racingPublishersGetVersionsWithoutGaps() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(4);
    List<Callable<PublishedVersion>> work = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      String content = "model " + i % 6;
      work.add(() -> publish(content));
    }
    for (Future<PublishedVersion> done : threads.invokeAll(work)) {
      done.get();
    }
    threads.shutdown();
    assertThat(registry.show(NAME).versions()).hasSize(6);
    assertThat(registry.show(NAME).versions().stream().map(PublishedVersion::digest).distinct())
        .hasSize(6);
  }

  @Test
  void namesStayInTheirFolder() {
    assertThatThrownBy(() -> RegistryAddress.parse(folder + "/.."))
        .isInstanceOf(UsageException.class);
  }

  private PublishedVersion publish(String content) {
    Sha256Digest digest = Sha256Digest.ofText("source");
    return registry.publish(
        NAME,
        ModelArtifact.ofBytes("selected.mlmodel", content.getBytes(StandardCharsets.UTF_8)),
        new Provenance(
            new Provenance.SourceModel("Net.mlmodel", digest),
            List.of(new Provenance.SampleSet("selection", digest, 3)),
            new TreeMap<>(),
            "test",
            new Provenance.Engine("engine", "processor"),
            Instant.EPOCH,
            "host"),
        List.of(new EvidenceFile("result.json", "{}")));
  }
}
