package org.quantsweep.jobs.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quantsweep.PublishingException;
import org.quantsweep.artifact.ModelFiles;
import org.quantsweep.coreml.file.ModelReader;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.jobs.files.LocalStorage;
import org.quantsweep.jobs.registry.DyingServer.Death;
import org.quantsweep.registry.Alias;
import org.quantsweep.registry.EvidenceFile;
import org.quantsweep.registry.ModelName;
import org.quantsweep.registry.ModelRegistry;
import org.quantsweep.registry.PublishedVersion;
import org.quantsweep.registry.RegisteredModel;
import org.quantsweep.report.ResultFile;
import org.quantsweep.testing.ModelRegistryContract;
import org.quantsweep.testing.PythonEnvironment;

/** The registry in a real MLflow server, which all tests share. */
class MlflowModelRegistryIT extends ModelRegistryContract {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String PASSWORD = "pa55-w0rd-of-the-test";

  @TempDir private static Path serverFolder;

  private static PythonEnvironment python;
  private static RealMlflow mlflow;

  @TempDir private Path folder;

  @BeforeAll
  static void startTheServer() throws IOException {
    python = PythonEnvironment.of("mlflow", "the registry in a real MLflow server");
    mlflow = new RealMlflow(python, serverFolder);
  }

  @AfterAll
  static void stopTheServer() {
    if (mlflow != null) {
      mlflow.close();
    }
  }

  @Override
  protected ModelRegistry registry() {
    return new MlflowModelRegistry(location());
  }

  @Override
  protected String location() {
    return "mlflow+" + mlflow.address();
  }

  @Test
  void aServerThatDiesAtAnyRequestLeavesNothingHalfPublished() throws IOException {
    int deaths = 0;
    int whole = 0;
    boolean died = true;
    boolean hasBody = true;
    int last = 1;
    for (; died; last++) {
      for (Death death : Death.values()) {
        if (death == Death.HALFWAY && !hasBody) {
          continue;
        }
        ModelName own = new ModelName(name() + "-" + last + "-" + death);
        try (DyingServer dying = new DyingServer(mlflow.address(), last, death)) {
          ModelRegistry cut = new MlflowModelRegistry("mlflow+" + dying.address());
          Optional<PublishedVersion> told = Optional.empty();
          try {
            told = Optional.of(publish(cut, own));
          } catch (PublishingException e) {
            assertThat(e).hasMessageContaining(": the registry cannot publish '" + own + "' (");
          }
          died = dying.isDead();
          hasBody = dying.lastHadBody();
          assertThat(told.isPresent()).isEqualTo(!died);
        }
        deaths += died ? 1 : 0;
        Optional<RegisteredModel> seen = seen(own);
        whole += died && seen.isPresent() ? 1 : 0;
        if (seen.isPresent()) {
          requireWhole(seen.get());
        }
        // The next one is not disturbed by what was left, and there is one version.
        assertThat(publish(registry(), own).version()).isEqualTo(1);
        requireWhole(registry().show(own));
        assertThat(registry().show(own).aliases()).isEqualTo(Map.of(Alias.CHALLENGER, 1));
        assertThat(versionsInMlflow(own)).isEqualTo(1);
      }
    }
    System.out.printf(
        "FIGURE an MLflow server that dies at each of the %d requests of a publication, before, in"
            + " and after it: %d deaths, after which readers saw no version %d times and a whole"
            + " one %d times; the next publication made one version each time%n",
        last - 2, deaths, deaths - whole, whole);
    assertThat(whole).isPositive();
  }

  @Test
  void aServerThatDiesWhileTheChampionMovesLeavesTheOldOneOrTheNew() throws IOException {
    publish("one");
    publish("two");
    registry().promote(name(), 1);
    boolean died = true;
    for (int last = 1; died; last++) {
      for (Death death : List.of(Death.BEFORE, Death.AFTER)) {
        died = championMoves(last, death, true);
        assertThat(championMoves(last, death, false)).isEqualTo(died);
      }
    }
    assertThat(registry().show(name()).history().size()).isGreaterThan(15);
  }

  /** From version 1 to 2, or back; says whether the server died of it. */
  private boolean championMoves(int last, Death death, boolean promotes) throws IOException {
    int target = promotes ? 2 : 1;
    boolean died;
    try (DyingServer dying = new DyingServer(mlflow.address(), last, death)) {
      ModelRegistry cut = new MlflowModelRegistry("mlflow+" + dying.address());
      try {
        move(cut, promotes);
      } catch (PublishingException e) {
        assertThat(e).hasMessageContaining(": the registry cannot ");
      }
      died = dying.isDead();
    }
    RegisteredModel seen = registry().show(name());
    int champion = seen.at(Alias.CHAMPION).orElseThrow().version();
    assertThat(champion).isBetween(1, 2);
    if (champion != target) {
      // The same call completes what was begun.
      move(registry(), promotes);
    }
    RegisteredModel moved = registry().show(name());
    assertThat(moved.at(Alias.CHAMPION).orElseThrow().version()).isEqualTo(target);
    assertThat(moved.history().get(moved.history().size() - 1).version()).isEqualTo(target);
    assertThat(moved.history().get(moved.history().size() - 1).action().toString())
        .isEqualTo(promotes ? "promote" : "rollback");
    return died;
  }

  private void move(ModelRegistry registry, boolean promotes) {
    if (promotes) {
      registry.promote(name(), 2);
    } else {
      registry.rollback(name());
    }
  }

  @Test
  void whatOthersDoInMlflowIsRespected() throws IOException {
    publish("one");
    String foreign =
        mlflow.call(
            "POST",
            "model-versions/create",
            "{\"name\": \"" + name() + "\", \"source\": \"s3://bucket/other\"}");
    assertThat(JSON.readTree(foreign).at("/model_version/version").asInt()).isEqualTo(2);
    assertThat(publish("three").version()).isEqualTo(3);
    assertThat(registry().show(name()).versions().stream().map(PublishedVersion::version))
        .containsExactly(1, 3);
    assertThatThrownBy(() -> registry().promote(name(), 2))
        .hasMessage(location() + ": model '" + name() + "' has no version 2.\nMaybe one of 1, 3.");

    registry().promote(name(), 1);
    // By hand, past us: to 3, then to what is not ours.
    setAlias("champion", 3);
    assertThat(registry().show(name()).at(Alias.CHAMPION).orElseThrow().version()).isEqualTo(3);
    assertThat(registry().rollback(name()).version()).isEqualTo(1);
    setAlias("champion", 2);
    assertThat(registry().show(name()).at(Alias.CHAMPION)).isEmpty();
    assertThat(registry().rollback(name()).version()).isEqualTo(1);
    assertThat(registry().show(name()).at(Alias.CHAMPION).orElseThrow().version()).isEqualTo(1);

    mlflow.call(
        "DELETE", "model-versions/delete", "{\"name\": \"" + name() + "\", \"version\": \"3\"}");
    assertThat(registry().show(name()).versions().stream().map(PublishedVersion::version))
        .containsExactly(1);
    assertThat(publish("three").version()).isEqualTo(4);
  }

  @Test
  void theCommandLinePublishesWhatMlflowsOwnClientReads() throws Exception {
    Path output = Files.createDirectories(folder.resolve("out"));
    String model = "the bytes of a model";
    Files.writeString(output.resolve("selected.mlmodel"), model);
    Files.writeString(output.resolve("result.json"), result(model).toString());
    Files.writeString(output.resolve("recipe.yaml"), "a recipe");
    String address = location() + "/" + name();

    JsonNode published =
        JSON.readTree(run(0, "registry", "publish", output.toString(), address, "--json"));
    assertThat(published)
        .isEqualTo(
            JSON.createObjectNode()
                .put("registry", location())
                .put("name", name().text())
                .put("version", 1)
                .put("alias", "challenger"));
    JsonNode written = JSON.readTree(Files.readString(output.resolve("result.json")));
    assertThat(written.at("/published"))
        .isEqualTo(
            JSON.createObjectNode()
                .put("registry", location())
                .put("name", name().text())
                .put("version", 1));
    assertThat(run(0, "registry", "list", location()))
        .contains(name() + ": 1 version, challenger 1");
    JsonNode shown = JSON.readTree(run(0, "registry", "show", address, "--json"));
    assertThat(shown.at("/versions/0/sha256").asText()).isEqualTo(Sha256Digest.ofText(model).hex());
    assertThat(shown.at("/versions/0/location").asText())
        .isEqualTo("models:/" + name() + "/1/selected.mlmodel");
    assertThat(run(0, "registry", "promote", address)).contains("champion 1");
    assertThat(run(2, "registry", "rollback", address))
        .isEqualTo(
            location()
                + ": model '"
                + name()
                + "' has no champion to return to: version 1 was the first.\n"
                + "Maybe promote another version.\n");

    PythonEnvironment.Outcome read =
        python.run(
            PythonEnvironment.repository("jobs/src/test/python/read_from_mlflow.py"),
            mlflow.address(),
            name().text(),
            "champion",
            "selected.mlmodel");
    assertThat(read.exitCode()).as(read.errors()).isZero();
    ObjectNode expected = JSON.createObjectNode().put("version", 1);
    expected.put("sha256", Sha256Digest.ofText(model).hex());
    expected
        .putArray("files")
        .add("evidence/recipe.yaml")
        .add("evidence/result.json")
        .add("provenance.json")
        .add("selected.mlmodel");
    expected
        .putObject("tags")
        .put("quantsweep.agreement", "97/100")
        .put("quantsweep.agreement.confidence", "0.95")
        .put("quantsweep.agreement.lowerBound", "0.924")
        .put("quantsweep.criterion", "top-1")
        .put("quantsweep.encodedSize", "20")
        .put("quantsweep.file", "selected.mlmodel")
        .put("quantsweep.plan", "abcd")
        .put("quantsweep.samples.selection", "100")
        .put("quantsweep.samples.selection.sha256", Sha256Digest.ofText("set").hex())
        .put("quantsweep.sha256", Sha256Digest.ofText(model).hex())
        .put("quantsweep.source", "Net.mlmodel")
        .put("quantsweep.source.sha256", Sha256Digest.ofText("net").hex())
        .put("quantsweep.sweepDigest", "ef01")
        .put("quantsweep.threshold", "0.95");
    assertThat(JSON.readTree(read.output())).isEqualTo(expected);
    requireNoPasswordIn(serverFolder);
    requireNoPasswordIn(output);
  }

  /** As a sweep of an ML Program leaves it. */
  @Test
  void aPackageIsPublishedAsTheFolderThatItIs() throws Exception {
    Path given = Path.of("src/test/resources/packages/digits.mlpackage");
    ModelFiles model = ModelReader.files(given);
    Path output = Files.createDirectories(folder.resolve("package"));
    new LocalStorage().write(output.resolve("selected.mlpackage").toString(), model);
    ObjectNode result = result(model.digest(), model.size().bytes(), "selected.mlpackage");
    Files.writeString(output.resolve("result.json"), result.toString());
    Files.writeString(output.resolve("recipe.yaml"), "a recipe");
    String address = location() + "/" + name();

    run(0, "registry", "publish", output.toString(), address);
    run(0, "registry", "promote", address);
    JsonNode shown = JSON.readTree(run(0, "registry", "show", address, "--json"));
    assertThat(shown.at("/versions/0/sha256").asText()).isEqualTo(model.digest().hex());
    assertThat(shown.at("/versions/0/location").asText())
        .isEqualTo("models:/" + name() + "/1/selected.mlpackage");
    PythonEnvironment.Outcome read =
        python.run(
            PythonEnvironment.repository("jobs/src/test/python/read_from_mlflow.py"),
            mlflow.address(),
            name().text(),
            "champion",
            "selected.mlpackage");
    assertThat(read.exitCode()).as(read.errors()).isZero();
    ObjectNode files = JSON.createObjectNode();
    model.files().forEach((path, content) -> files.put(path, content.digest().hex()));
    assertThat(files).isNotEmpty();
    assertThat(JSON.readTree(read.output()).at("/sha256")).isEqualTo(files);
    // Once more is the same version.
    assertThat(run(0, "registry", "publish", output.toString(), address)).contains("version 1");
  }

  /** MLflow shows a page that lies among the artifacts. */
  @Test
  void theReportIsAnArtifact() throws Exception {
    Path output = PublishReportTest.sweep(folder.resolve("report"));
    assertThat(run(0, "registry", "publish", output.toString(), location() + "/" + name()))
        .contains("version 1");
    assertThat(registry().evidence(name(), 1))
        .extracting(EvidenceFile::name)
        .containsExactly("evidence.json", "recipe.yaml", "report.html", "result.json");
    assertThat(output.resolve("report.html")).content().contains(location());
  }

  private static ObjectNode result(String model) {
    return result(Sha256Digest.ofText(model), model.length(), "selected.mlmodel");
  }

  private static ObjectNode result(Sha256Digest model, long bytes, String file) {
    ObjectNode result = JSON.createObjectNode();
    result.put("schemaVersion", 1).put("decision", "selected").put("sweepDigest", "ef01");
    result.put("criterion", "top-1").put("threshold", "0.95");
    result
        .putObject("sourceModel")
        .put("name", "Net.mlmodel")
        .put("encodedSize", 100)
        .put("sha256", Sha256Digest.ofText("net").hex());
    ObjectNode samples = result.putObject("samples");
    samples.put("n", 100).put("setDigest", Sha256Digest.ofText("set").hex()).putObject("splits");
    ObjectNode selected = result.putObject("selected");
    selected.put("plan", "abcd").put("encodedSize", bytes).put("ratio", 0.2);
    selected.put("sha256", model.hex()).put("file", file);
    selected
        .putObject("agreement")
        .put("agreeing", 97)
        .put("samples", 100)
        .put("lowerBound", 0.924)
        .put("confidence", 0.95);
    result.putArray("candidates");
    result.putObject("recipe").put("file", "recipe.yaml").putArray("tensors");
    return result;
  }

  /** Runs a command as a user does who has a password; returns what it printed. */
  private String run(int code, String... arguments) throws Exception {
    Path classPath = folder.resolve("quantsweep.args");
    Files.writeString(
        classPath, "-cp \"" + System.getProperty("java.class.path").replace("\\", "\\\\") + "\"\n");
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "@" + classPath));
    command.add("org.quantsweep.jobs.cli.QuantSweep");
    command.addAll(List.of(arguments));
    Path out = folder.resolve("out.txt");
    Path err = folder.resolve("err.txt");
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
    builder.environment().put("MLFLOW_TRACKING_USERNAME", "somebody");
    builder.environment().put("MLFLOW_TRACKING_PASSWORD", PASSWORD);
    int exit = builder.start().waitFor();
    assertThat(exit).as(() -> read(err)).isEqualTo(code);
    assertThat(read(out) + read(err)).doesNotContain(PASSWORD);
    return code == 0 ? read(out) : read(err);
  }

  private static void requireNoPasswordIn(Path root) throws IOException {
    try (var files = Files.walk(root)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        assertThat(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1))
            .as(file.toString())
            .doesNotContain(PASSWORD);
      }
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private void setAlias(String alias, int version) throws IOException {
    String answer =
        mlflow.call(
            "POST",
            "registered-models/alias",
            "{\"name\": \""
                + name()
                + "\", \"alias\": \""
                + alias
                + "\", \"version\": \""
                + version
                + "\"}");
    assertThat(answer.strip()).isEqualTo("{}");
  }

  private static PublishedVersion publish(ModelRegistry registry, ModelName name) {
    return registry.publish(
        name,
        model("a model that is cut"),
        provenance("host"),
        List.of(new EvidenceFile(ResultFile.NAME, "{}")));
  }

  private Optional<RegisteredModel> seen(ModelName name) {
    return registry().list().stream().filter(model -> model.name().equals(name)).findFirst();
  }

  private void requireWhole(RegisteredModel model) throws IOException {
    assertThat(model.versions()).hasSize(1);
    try (InputStream in = registry().fetch(model.name(), 1).content().open()) {
      assertThat(new String(in.readAllBytes(), StandardCharsets.UTF_8))
          .isEqualTo("a model that is cut");
    }
    assertThat(registry().provenance(model.name(), 1)).isEqualTo(provenance("host"));
    assertThat(registry().evidence(model.name(), 1))
        .containsExactly(new EvidenceFile(ResultFile.NAME, "{}"));
  }

  private static int versionsInMlflow(ModelName name) throws IOException {
    String answer =
        mlflow.call("GET", "model-versions/search?filter=name%3D%27" + name + "%27", "");
    return JSON.readTree(answer).path("model_versions").size();
  }
}
