package org.quantsweep.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;
import org.quantsweep.PublishingException;
import org.quantsweep.UsageException;
import org.quantsweep.artifact.FileContent;
import org.quantsweep.artifact.ModelFiles;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.registry.Alias;
import org.quantsweep.registry.ChampionChange;
import org.quantsweep.registry.EvidenceFile;
import org.quantsweep.registry.ModelName;
import org.quantsweep.registry.ModelRegistry;
import org.quantsweep.registry.NamedModel;
import org.quantsweep.registry.Provenance;
import org.quantsweep.registry.PublishedVersion;
import org.quantsweep.registry.RegisteredModel;

/** What every registry does. All tests may share one: each publishes under a name of its own. */
public abstract class ModelRegistryContract {
  private static final ChampionChange.Action PROMOTE = ChampionChange.Action.PROMOTE;
  private static final ChampionChange.Action ROLLBACK = ChampionChange.Action.ROLLBACK;

  private ModelName name;

  /** The registry. */
  protected abstract ModelRegistry registry();

  /** How it calls itself in messages. */
  protected abstract String location();

  @BeforeEach
  void takeAName(TestInfo test) {
    name = new ModelName(test.getTestMethod().orElseThrow().getName());
  }

  /** The name that this test publishes under. */
  protected final ModelName name() {
    return name;
  }

  @Test
  void aVersionIsReadAsItWasPublished() throws IOException {
    String text = "{\"größe\": \"1 — 2\"}\n";
    Provenance provenance = provenance("host-1");
    PublishedVersion version =
        registry()
            .publish(
                name,
                model("the bytes"),
                provenance,
                List.of(
                    new EvidenceFile("result.json", "{}"), new EvidenceFile("more.json", text)));

    assertThat(version.name()).isEqualTo(name);
    assertThat(version.version()).isEqualTo(1);
    assertThat(version.digest()).isEqualTo(Sha256Digest.ofText("the bytes"));
    assertThat(version.size().bytes()).isEqualTo(9);
    assertThat(read(1)).isEqualTo("the bytes");
    assertThat(registry().provenance(name, 1)).isEqualTo(provenance);
    assertThat(registry().evidence(name, 1))
        .containsExactly(
            new EvidenceFile("more.json", text), new EvidenceFile("result.json", "{}"));
    RegisteredModel model = registry().show(name);
    assertThat(model.versions()).containsExactly(version);
    assertThat(model.aliases()).isEqualTo(Map.of(Alias.CHALLENGER, 1));
    assertThat(model.history()).isEmpty();
  }

  @Test
  void theSameBytesTwiceAreOneVersionThatKeepsItsFirstEvidence() throws IOException {
    PublishedVersion first = publish("one");
    PublishedVersion second = publish("two");
    PublishedVersion again =
        registry()
            .publish(
                name,
                model("one"),
                provenance("elsewhere"),
                List.of(new EvidenceFile("result.json", "{\"later\": true}")));

    assertThat(again).isEqualTo(first);
    assertThat(second.version()).isEqualTo(2);
    assertThat(registry().show(name).versions()).containsExactly(first, second);
    assertThat(registry().show(name).at(Alias.CHALLENGER)).contains(first);
    assertThat(registry().provenance(name, 1)).isEqualTo(provenance("host"));
    assertThat(registry().evidence(name, 1)).containsExactly(new EvidenceFile("result.json", "{}"));
    assertThat(read(2)).isEqualTo("two");
  }

  @Test
  void oneModelUnderTwoNamesIsAVersionOfEach() {
    publish("shared");
    ModelName other = new ModelName(name + "-2");
    registry().publish(other, model("shared"), provenance("host"), List.of());

    assertThat(registry().show(other).versions()).hasSize(1);
    assertThat(registry().list().stream().map(RegisteredModel::name))
        .containsSubsequence(name, other)
        .isSorted();
    assertThat(registry().list()).contains(registry().show(name), registry().show(other));
  }

  @Test
  void promotingMovesTheChampionOnce() {
    publish("one");
    PublishedVersion second = publish("two");
    assertThat(registry().promote(name, 2)).isEqualTo(second);
    assertThat(registry().promote(name, 2)).isEqualTo(second);

    RegisteredModel model = registry().show(name);
    assertThat(model.at(Alias.CHAMPION)).contains(second);
    assertThat(model.history()).containsExactly(new ChampionChange(PROMOTE, 2));
  }

  @Test
  void rollingBackReturnsToTheChampionBefore() {
    publish("one");
    publish("two");
    publish("three");
    registry().promote(name, 1);
    registry().promote(name, 3);
    registry().promote(name, 2);

    assertThat(registry().rollback(name).version()).isEqualTo(3);
    assertThat(registry().rollback(name).version()).isEqualTo(1);
    assertThat(registry().show(name).at(Alias.CHAMPION).orElseThrow().version()).isEqualTo(1);
    assertThat(registry().show(name).at(Alias.CHALLENGER).orElseThrow().version()).isEqualTo(3);
    assertThatThrownBy(() -> registry().rollback(name))
        .isInstanceOf(UsageException.class)
        .hasMessage(
            location()
                + ": model '"
                + name
                + "' has no champion to return to: version 1 was the first.\n"
                + "Maybe promote another version.");
  }

  @Test
  void rollingBackReturnsToAnyChampionBefore() {
    for (String content : List.of("one", "two", "three")) {
      registry().promote(name, publish(content).version());
    }
    assertThat(registry().rollback(name, 1).version()).isEqualTo(1);

    assertThat(registry().show(name).history())
        .containsExactly(
            new ChampionChange(PROMOTE, 1),
            new ChampionChange(PROMOTE, 2),
            new ChampionChange(PROMOTE, 3),
            new ChampionChange(ROLLBACK, 1));
    assertThatThrownBy(() -> registry().rollback(name, 3))
        .isInstanceOf(UsageException.class)
        .hasMessage(
            location()
                + ": version 3 of model '"
                + name
                + "' is not among the champions before the present one [].\nMaybe promote it.");
  }

  @Test
  void whatIsNotThereIsSaid() {
    ModelName unknown = new ModelName("nothing-here");
    assertThatThrownBy(() -> registry().show(unknown))
        .isInstanceOf(UsageException.class)
        .hasMessageStartingWith(location() + ": has no model 'nothing-here'.\nMaybe ");
    publish("one");
    assertThatThrownBy(() -> registry().show(unknown))
        .isInstanceOf(UsageException.class)
        .hasMessageStartingWith(location() + ": has no model 'nothing-here'.\nMaybe one of ")
        .hasMessageContaining(name.text());
    assertThat(registry().list().stream().map(RegisteredModel::name)).doesNotContain(unknown);
    String noVersion = location() + ": model '" + name + "' has no version 2.\nMaybe one of 1.";
    assertThatThrownBy(() -> registry().promote(name, 2)).hasMessage(noVersion);
    assertThatThrownBy(() -> registry().provenance(name, 2)).hasMessage(noVersion);
    assertThatThrownBy(() -> registry().evidence(name, 2)).hasMessage(noVersion);
    assertThatThrownBy(() -> read(2)).isInstanceOf(UsageException.class).hasMessage(noVersion);
    assertThatThrownBy(() -> registry().rollback(name))
        .isInstanceOf(UsageException.class)
        .hasMessage(
            location()
                + ": model '"
                + name
                + "' has no champion to return to: none was promoted.\n"
                + "Maybe promote another version.");
  }

  @Test
  void aModelThatChangedSinceItWasJudgedIsNotPublished(@TempDir Path folder) throws IOException {
    Path file = Files.writeString(folder.resolve("net.mlmodel"), "what was judged");
    NamedModel model =
        new NamedModel(
            "net.mlmodel",
            ModelFiles.lone(FileContent.of(file, Sha256Digest.ofText("what was judged"))));
    Files.writeString(file, "something else!");

    assertThatThrownBy(() -> registry().publish(name, model, provenance("host"), List.of()))
        .isInstanceOf(PublishingException.class)
        .hasMessageStartingWith(
            location()
                + ": the registry cannot publish '"
                + name
                + "' ('net.mlmodel' is not what was judged: it has changed since).\nMaybe ");
    assertThat(registry().list().stream().map(RegisteredModel::name)).doesNotContain(name);
    Files.writeString(file, "what was judged");
    assertThat(registry().publish(name, model, provenance("host"), List.of()).version())
        .isEqualTo(1);
  }

  @Test
  void aTreeIsReadAsItWasPublished() throws Exception {
    NamedModel given = tree("weights");
    PublishedVersion version =
        registry()
            .publish(
                name, given, provenance("host-1"), List.of(new EvidenceFile("result.json", "{}")));

    assertThat(version.version()).isEqualTo(1);
    assertThat(version.digest()).isEqualTo(given.files().digest());
    assertThat(version.size().bytes()).isEqualTo(22 + 7);
    assertThat(version.location()).endsWith("/net.mlpackage");
    assertThat(registry().show(name).versions()).containsExactly(version);
    ModelFiles fetched = registry().fetch(name, 1);
    assertThat(fetched.isLone()).isFalse();
    assertThat(fetched.digest()).isEqualTo(given.files().digest());
    assertThat(fetched.size()).isEqualTo(given.files().size());
    assertThat(fetched.files()).containsOnlyKeys("Manifest.json", "Data/a b+ä/weight.bin");
    assertThat(read(fetched, "Manifest.json")).isEqualTo("the same in every tree");
    assertThat(read(fetched, "Data/a b+ä/weight.bin")).isEqualTo("weights");
    assertThat(read(travelled(fetched), "Data/a b+ä/weight.bin")).isEqualTo("weights");
    assertThat(registry().provenance(name, 1)).isEqualTo(provenance("host-1"));
    assertThat(registry().evidence(name, 1)).containsExactly(new EvidenceFile("result.json", "{}"));
  }

  @Test
  void theSameTreeTwiceIsOneVersion() throws IOException {
    PublishedVersion first = publish(tree("weights"));
    PublishedVersion other = publish(tree("other weights"));
    PublishedVersion lone = publish("weights");
    PublishedVersion again = publish(tree("weights"));

    assertThat(again).isEqualTo(first);
    assertThat(registry().show(name).versions()).containsExactly(first, other, lone);
    assertThat(registry().show(name).at(Alias.CHALLENGER)).contains(first);
    assertThat(read(registry().fetch(name, 2), "Data/a b+ä/weight.bin")).isEqualTo("other weights");
    assertThat(read(3)).isEqualTo("weights");
  }

  @Test
  void aTreeThatChangedSinceItWasJudgedIsNotPublished(@TempDir Path folder) throws IOException {
    Path weights = Files.writeString(folder.resolve("weight.bin"), "what was judged");
    NamedModel model =
        new NamedModel(
            "net.mlpackage",
            ModelFiles.tree(Map.of("a", text("a"), "b/weight.bin", FileContent.of(weights))));
    Files.writeString(weights, "something else!");

    assertThatThrownBy(() -> publish(model))
        .isInstanceOf(PublishingException.class)
        .hasMessageStartingWith(
            location()
                + ": the registry cannot publish '"
                + name
                + "' ('weight.bin' is not what was judged: it has changed since).\nMaybe ");
    assertThat(registry().list().stream().map(RegisteredModel::name)).doesNotContain(name);
    Files.writeString(weights, "what was judged");
    assertThat(publish(model).version()).isEqualTo(1);
    assertThat(registry().fetch(name, 1)).isEqualTo(model.files());
  }

  @Test
  void aModelUnderTwoFileNamesIsFetchedFromEach() throws IOException {
    publish("the same bytes");
    ModelName other = new ModelName(name + "-2");
    NamedModel renamed = new NamedModel("renamed.mlmodel", model("the same bytes").files());
    registry().publish(other, renamed, provenance("host"), List.of());
    for (ModelName each : List.of(name, other)) {
      assertThat(read(registry().fetch(each, 1), "")).isEqualTo("the same bytes");
    }
  }

  private static ModelFiles travelled(ModelFiles model) throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(model);
    }
    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      return (ModelFiles) in.readObject();
    }
  }

  @Test
  void racingPublishersMakeOneVersionOfEachDigest() throws Exception {
    List<Callable<PublishedVersion>> work = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      String content = "model " + i % 3;
      work.add(() -> publish(content));
    }
    List<PublishedVersion> told = new ArrayList<>();
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      for (Future<PublishedVersion> done : threads.invokeAll(work)) {
        told.add(done.get());
      }
    } finally {
      threads.shutdown();
    }

    List<PublishedVersion> versions = registry().show(name).versions();
    assertThat(versions.stream().map(PublishedVersion::digest))
        .containsExactlyInAnyOrder(
            Sha256Digest.ofText("model 0"),
            Sha256Digest.ofText("model 1"),
            Sha256Digest.ofText("model 2"));
    assertThat(told).hasSize(12).allMatch(versions::contains);
    for (PublishedVersion version : versions) {
      try (InputStream in = registry().fetch(name, version.version()).content().open()) {
        assertThat(Sha256Digest.of(in.readAllBytes())).isEqualTo(version.digest());
      }
    }
  }

  /** Publishes a text as a model. */
  protected final PublishedVersion publish(String content) {
    return publish(model(content));
  }

  /** Publishes a model. */
  protected final PublishedVersion publish(NamedModel model) {
    return registry()
        .publish(name, model, provenance("host"), List.of(new EvidenceFile("result.json", "{}")));
  }

  /** A text as a model. */
  protected static NamedModel model(String content) {
    return new NamedModel("net.mlmodel", ModelFiles.lone(content.getBytes(StandardCharsets.UTF_8)));
  }

  /** A tree of two files, one of them in a folder two levels down. */
  protected static NamedModel tree(String content) {
    return new NamedModel(
        "net.mlpackage",
        ModelFiles.tree(
            Map.of(
                "Manifest.json",
                text("the same in every tree"),
                "Data/a b+ä/weight.bin",
                text(content))));
  }

  private static FileContent text(String text) {
    return FileContent.of(text.getBytes(StandardCharsets.UTF_8));
  }

  /** Some provenance. */
  protected static Provenance provenance(String host) {
    Sha256Digest digest = Sha256Digest.ofText("source");
    return new Provenance(
        new Provenance.SourceModel("Net.mlmodel", digest),
        List.of(new Provenance.SampleSet("selection", digest, 3)),
        new TreeMap<>(Map.of("agreement", "0.95")),
        "test",
        new Provenance.Engine("engine", "processor"),
        Instant.EPOCH,
        host);
  }

  private String read(int version) throws IOException {
    return read(registry().fetch(name, version), "");
  }

  private static String read(ModelFiles model, String path) throws IOException {
    try (InputStream in = model.files().get(path).open()) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
