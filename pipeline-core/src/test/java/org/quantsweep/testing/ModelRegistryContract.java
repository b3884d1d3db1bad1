package org.quantsweep.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
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
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.registry.Alias;
import org.quantsweep.registry.ChampionChange;
import org.quantsweep.registry.EvidenceFile;
import org.quantsweep.registry.ModelArtifact;
import org.quantsweep.registry.ModelName;
import org.quantsweep.registry.ModelRegistry;
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
    ModelArtifact model =
        ModelArtifact.ofFile("net.mlmodel", file, Sha256Digest.ofText("what was judged"));
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
      try (InputStream in = registry().open(name, version.version())) {
        assertThat(Sha256Digest.of(in.readAllBytes())).isEqualTo(version.digest());
      }
    }
  }

  /** Publishes a text as a model. */
  protected final PublishedVersion publish(String content) {
    return registry()
        .publish(
            name,
            model(content),
            provenance("host"),
            List.of(new EvidenceFile("result.json", "{}")));
  }

  /** A text as a model. */
  protected static ModelArtifact model(String content) {
    return ModelArtifact.ofBytes("net.mlmodel", content.getBytes(StandardCharsets.UTF_8));
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
    try (InputStream in = registry().open(name, version)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
