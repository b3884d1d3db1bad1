package org.quantsweep.jobs.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.quantsweep.PublishingException;
import org.quantsweep.UsageException;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.registry.ModelRegistry;
import org.quantsweep.registry.NamedModel;
import org.quantsweep.registry.PublishedVersion;
import org.quantsweep.testing.ModelRegistryContract;

class HadoopModelRegistryTest extends ModelRegistryContract {
  @TempDir Path folder;
  private HadoopModelRegistry registry;

  @BeforeEach
  void open() {
    registry = new HadoopModelRegistry(folder.toString(), new Configuration());
  }

  @Override
  protected ModelRegistry registry() {
    return registry;
  }

  @Override
  protected String location() {
    return "file:" + folder;
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
  void aLoneFileIsStoredAsItAlwaysWas() throws Exception {
    String digest = publish("one").digest().hex();
    assertThat(folder.resolve("models/" + digest + "/net.mlmodel")).hasContent("one");
    assertThat(folder.resolve("names/" + name() + "/versions/1.json"))
        .hasContent(
            "{\"version\":1,\"sha256\":\""
                + digest
                + "\",\"encodedSize\":3,\"file\":\"net.mlmodel\"}\n");
  }

  @Test
  void aTreeIsAFolderBesideItsProvenanceAndItsVersionListsItsFiles() throws Exception {
    NamedModel model = tree("weights");
    publish(model);
    String digest = model.files().digest().hex();
    Path stored = folder.resolve("models/" + digest);
    assertThat(stored.resolve("net.mlpackage/Data/a b+ä/weight.bin")).hasContent("weights");
    assertThat(stored.resolve("provenance.json")).isRegularFile();
    try (var files = Files.walk(stored.resolve("net.mlpackage"))) {
      assertThat(files.filter(Files::isRegularFile)).hasSize(2);
    }
    assertThat(folder.resolve("names/" + name() + "/versions/1.json"))
        .hasContent(
            "{\"version\":1,\"sha256\":\""
                + digest
                + "\",\"encodedSize\":29,\"file\":\"net.mlpackage\",\"files\":"
                + "[{\"path\":\"Data/a b+ä/weight.bin\",\"encodedSize\":7,\"sha256\":\""
                + Sha256Digest.ofText("weights")
                + "\"},{\"path\":\"Manifest.json\",\"encodedSize\":22,\"sha256\":\""
                + Sha256Digest.ofText("the same in every tree")
                + "\"}]}\n");
  }

  @Test
  void aTreeThatAPublisherLeftHalfDoneIsNotSeen() throws Exception {
    Path half = Files.createDirectories(folder.resolve("models/.tmp-dead/net.mlpackage"));
    Files.writeString(half.resolve("Manifest.json"), "the same in");
    assertThat(registry.list()).isEmpty();
    assertThat(publish(tree("weights")).version()).isEqualTo(1);
    assertThat(registry.fetch(name(), 1)).isEqualTo(tree("weights").files());
  }

  @Test
  void aTreeThatSomebodyTouchedIsNotReadToItsEnd() throws Exception {
    PublishedVersion version = publish(tree("weights"));
    Path stored = Path.of(version.location().replace("file:", ""));
    Files.writeString(stored.resolve("Data/a b+ä/weight.bin"), "Weights");
    assertThatThrownBy(() -> registry.fetch(name(), 1).inMemory(version.size()))
        .isInstanceOf(IOException.class)
        .hasMessage("'weight.bin' is not what was judged: it has changed since");
  }

  @ParameterizedTest
  @CsvSource({"Manifest.json,../../x", "net.mlpackage,..", "net.mlpackage,../../../names"})
  void aVersionThatLeavesTheModelsFolderIsRefused(String from, String to) throws Exception {
    publish(tree("weights"));
    Path file = folder.resolve("names/" + name() + "/versions/1.json");
    String text = Files.readString(file).replace('"' + from + '"', '"' + to + '"');
    Files.deleteIfExists(file.resolveSibling("." + file.getFileName() + ".crc"));
    Files.writeString(file, text);
    assertThatThrownBy(() -> registry.fetch(name(), 1))
        .isInstanceOf(PublishingException.class)
        .hasMessageContaining("(" + to + ") must ");
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
    assertThat(registry.show(name()).versions().stream().map(PublishedVersion::version))
        .containsExactly(1, 2, 3, 4, 5, 6);
  }

  @Test
  void namesStayInTheirFolder() {
    assertThatThrownBy(() -> RegistryAddress.parse(folder + "/.."))
        .isInstanceOf(UsageException.class);
  }
}
