package org.quantsweep.jobs.registry;

import static java.nio.charset.StandardCharsets.UTF_8;
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
import org.quantsweep.registry.Alias;
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

  private Path entry(String inside) {
    return folder.resolve("names/" + name()).resolve(inside);
  }

  private String at(String inside) {
    return "file:" + entry(inside);
  }

  @Test
  void aDamagedVersionIsToldAndTheOthersAreUsed() throws Exception {
    publish("one");
    publish("two");
    publish("three");
    Files.writeString(entry("versions/2.json"), "{\"version\": 2, \"sha2");
    String told =
        at("versions/2.json")
            + ": this file of the registry is damaged (it is no JSON).\nMaybe take it from a copy"
            + " of the registry, or publish the model again as a version of its own.";

    assertThat(registry.show(name()).versions())
        .extracting(PublishedVersion::version)
        .containsExactly(1, 3);
    assertThat(registry.list()).hasSize(1);
    assertThat(registry.damages(name())).containsExactly(told);
    assertThatThrownBy(() -> registry.fetch(name(), 2))
        .isInstanceOf(PublishingException.class)
        .hasMessage(told);
    assertThatThrownBy(() -> registry.promote(name(), 2))
        .isInstanceOf(PublishingException.class)
        .hasMessage(told);
    assertThat(registry.promote(name(), 3).version()).isEqualTo(3);
    // The next number is free; what was version 2 is published anew.
    assertThat(publish("two").version()).isEqualTo(4);
    assertThat(registry.fetch(name(), 4).digest()).isEqualTo(Sha256Digest.ofText("two"));
  }

  @Test
  void aVersionWhoseEntryNamesAnotherFileIsTold() throws Exception {
    publish("one");
    publish("two");
    Path file = entry("versions/1.json");
    Files.writeString(file, Files.readString(file).replace("net.mlmodel", "../../x"));
    assertThat(registry.damages(name()))
        .containsExactly(
            at("versions/1.json")
                + ": this file of the registry is damaged (file name (../../x) must be plain).\n"
                + "Maybe take it from a copy of the registry, or publish the model again as a"
                + " version of its own.");
    assertThat(registry.fetch(name(), 2).digest()).isEqualTo(Sha256Digest.ofText("two"));
  }

  @Test
  void aDamagedAliasIsToldAndPublishingWritesItAnew() throws Exception {
    publish("one");
    Files.writeString(entry("aliases/challenger"), "latest\n");
    assertThat(registry.show(name()).aliases()).isEmpty();
    assertThat(registry.damages(name()))
        .containsExactly(
            at("aliases/challenger")
                + ": this file of the registry is damaged (it holds no number of a version).\n"
                + "Maybe publish the challenger again, which writes it anew, or write the number"
                + " there.");
    publish("one");
    assertThat(registry.damages(name())).isEmpty();
    assertThat(registry.show(name()).at(Alias.CHALLENGER)).isPresent();
  }

  @Test
  void aDamagedMoveIsToldAndPromotingGoesOnBehindIt() throws Exception {
    publish("one");
    publish("two");
    registry.promote(name(), 1);
    registry.promote(name(), 2);
    Files.writeString(entry("history/2.json"), "{}");
    String told =
        at("history/2.json")
            + ": this file of the registry is damaged (it names no action and version).\n"
            + "Maybe take it from a copy of the registry, or promote the version that is to be in"
            + " use and go on from there.";
    assertThat(registry.damages(name())).containsExactly(told);
    // Whom to return to cannot be known.
    assertThatThrownBy(() -> registry.rollback(name()))
        .isInstanceOf(PublishingException.class)
        .hasMessage(told);
    assertThat(registry.promote(name(), 2).version()).isEqualTo(2);
    assertThat(registry.show(name()).at(Alias.CHAMPION).map(PublishedVersion::version)).contains(2);
    assertThat(entry("history/3.json")).exists();
  }

  @Test
  void halfACopiedFolderBecomesWholeBeforeItIsAVersion() throws Exception {
    // As a copy file by file leaves it that dies halfway: object stores rename so.
    String lone = Sha256Digest.ofText("one").hex();
    Path half = Files.createDirectories(folder.resolve("models/" + lone));
    Files.writeString(half.resolve("net.mlmodel"), "on");
    PublishedVersion version = publish("one");
    assertThat(new String(registry.fetch(name(), 1).content().open().readAllBytes(), UTF_8))
        .isEqualTo("one");
    assertThat(registry.provenance(name(), 1)).isNotNull();
    assertThat(version.version()).isEqualTo(1);

    NamedModel model = tree("weights");
    Path tree =
        Files.createDirectories(
            folder.resolve("models/" + model.files().digest().hex() + "/net.mlpackage"));
    Files.writeString(tree.resolve("Manifest.json"), "the same in every tree");
    publish(model);
    assertThat(registry.fetch(name(), 2).inMemory(model.files().size())).isEqualTo(model.files());

    String empty = Sha256Digest.ofText("three").hex();
    Files.createDirectories(folder.resolve("models/" + empty + "/evidence"));
    publish("three");
    assertThat(new String(registry.fetch(name(), 3).content().open().readAllBytes(), UTF_8))
        .isEqualTo("three");
  }

  @Test
  void aModelThatIsALinkOutOfTheRegistryIsRefused() throws Exception {
    PublishedVersion version = publish("one");
    Path stored = Path.of(version.location().replace("file:", ""));
    Path outside = Files.move(stored, folder.resolveSibling(folder.getFileName() + "-outside"));
    Files.createSymbolicLink(stored, outside);
    try {
      assertThatThrownBy(() -> registry.fetch(name(), 1))
          .isInstanceOf(PublishingException.class)
          .hasMessage(
              version.location()
                  + ": this file of the registry is a link that leaves its folder.\n"
                  + "Maybe put the file itself there.");
    } finally {
      Files.delete(outside);
    }
  }

  @Test
  void namesStayInTheirFolder() {
    assertThatThrownBy(() -> RegistryAddress.parse(folder + "/.."))
        .isInstanceOf(UsageException.class);
  }
}
