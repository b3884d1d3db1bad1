package org.quantsweep.jobs.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.quantsweep.PublishingException;
import org.quantsweep.UsageException;
import org.quantsweep.artifact.FileContent;
import org.quantsweep.artifact.ModelFiles;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.registry.ModelName;
import org.quantsweep.registry.NamedModel;
import org.quantsweep.registry.Provenance;

/**
 * What is said of servers that do not do as MLflow does. The refusals are those of MLflow 3.17.2;
 * {@link MlflowModelRegistryIT} speaks with the real one.
 */
class MlflowModelRegistryTest {
  private static final ModelName NAME = new ModelName("net");
  private static final String SECRET = "s3cret-t0ken";
  private static final int LONGEST_ANSWER = 10_000;
  // An answer may be late on a busy machine.
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final String MODEL = "/api/2.0/mlflow/registered-models/get";
  private static final String MODELS = "/api/2.0/mlflow/registered-models/search";
  private static final String VERSIONS = "/api/2.0/mlflow/model-versions/search";
  private static final String EXPERIMENT = "/api/2.0/mlflow/experiments/get-by-name";
  private static final String RUN = "/api/2.0/mlflow/runs/create";
  private static final String ARTIFACTS = "/api/2.0/mlflow-artifacts/artifacts";
  private static final String ALIAS = "/api/2.0/mlflow/registered-models/alias";
  // The model file of the version in these tests.
  private static final byte[] BYTES = "bytes".getBytes(StandardCharsets.UTF_8);
  private static final String UNKNOWN =
      "{\"error_code\": \"RESOURCE_DOES_NOT_EXIST\", \"message\": \"not found\"}";

  /** An answer: to the path, or to all below the path. */
  private record Answer(int status, String body) {}

  private final Map<String, Answer> answers = new HashMap<>();
  private final Map<String, Answer> firstAnswers = new ConcurrentHashMap<>();
  private final List<String> asked = new ArrayList<>();
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private HttpServer server;
  private String location;
  private MlflowModelRegistry registry;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::answer);
    server.setExecutor(threads);
    server.start();
    open("");
  }

  @AfterEach
  void stop() {
    server.stop(0);
    threads.shutdownNow();
  }

  @Test
  void aServerThatDoesNotAnswerIsSaid() throws IOException {
    // Bound and not listening: nobody else can take the port meanwhile.
    try (Socket silent = new Socket()) {
      silent.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      open(silent.getLocalPort(), "", PATIENCE);
      requireRefusal(
          () -> publish(),
          "cannot publish 'net' (no server answers there).\n"
              + "Maybe start it, or check host and port.");
      requireRefusal(
          () -> registry.list(),
          "cannot be read (no server answers there).\nMaybe start it, or check host and port.");
    }
  }

  @Test
  void aServerThatTakesTooLongIsSaid() {
    open(server.getAddress().getPort(), "", Duration.ofSeconds(1));
    answers.put(MODEL, new Answer(-1, ""));
    requireRefusal(
        () -> publish(),
        "cannot publish 'net' (no answer in 1 seconds).\n"
            + "Maybe look at the server's log, and try again.");
  }

  @ParameterizedTest
  @CsvSource({"401", "403"})
  void missingRightsAreSaidWithoutTheSecret(int status) {
    answers.put(MODEL, new Answer(status, "You are not authenticated: Bearer " + SECRET));
    requireRefusal(
        () -> publish(),
        "cannot publish 'net' (the server refuses our credentials, status "
            + status
            + ").\nMaybe set MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or"
            + " MLFLOW_TRACKING_TOKEN, or write ~/.mlflow/credentials.");
    assertThat(asked).containsExactly("GET " + MODEL + " Bearer " + SECRET);
  }

  @Test
  void aSecretThatTheServerRepeatsIsHidden() {
    answers.put(
        MODEL,
        new Answer(
            500,
            "{\"error_code\": \"INTERNAL_ERROR\", \"message\": \"no Bearer "
                + SECRET
                + " here\\nTrace\"}"));
    requireRefusal(
        () -> registry.show(NAME),
        "cannot be read (the server says: no Bearer *** here).\n"
            + "Maybe look at the server's log, and try again.");
  }

  @Test
  void aPageInsteadOfJsonIsSaid() {
    answers.put(MODEL, new Answer(200, "<!doctype html><title>Log in</title>"));
    requireRefusal(
        () -> publish(),
        "cannot publish 'net' (there is no MLflow server here, its answer is no JSON object).\n"
            + "Maybe look at "
            + location.replace("mlflow+", "")
            + "/health: MLflow says OK there.");
    answers.put(MODEL, new Answer(404, "<!doctype html><title>404 Not Found</title>"));
    open("/net");
    requireRefusal(
        () -> publish(),
        "cannot publish 'net' (there is no MLflow server here, status 404).\nMaybe leave out"
            + " '/net', unless the server has that prefix.");
  }

  @Test
  void aServerWithoutEncryptionIsSaid() throws IOException {
    try (ServerSocket plain = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      threads.execute(() -> refuseInPlainText(plain));
      location = "mlflow+https://127.0.0.1:" + plain.getLocalPort();
      registry = new MlflowModelRegistry(location);
      assertThatThrownBy(() -> registry.list())
          .isInstanceOf(PublishingException.class)
          .hasMessageStartingWith(
              location + ": the registry cannot be read (no encrypted connection: ")
          .hasMessageEndingWith(
              ").\nMaybe write mlflow+http:// if the server has no TLS, or trust its certificate"
                  + " with JAVA_TOOL_OPTIONS=-Djavax.net.ssl.trustStore=FILE.");
    }
  }

  /** As a server does that takes the hello of TLS for a request. */
  private static void refuseInPlainText(ServerSocket server) {
    while (!server.isClosed()) {
      try (Socket socket = server.accept()) {
        socket
            .getOutputStream()
            .write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        // Not closed before the client has read that: an end alone tells it nothing of encryption.
        socket.getInputStream().readAllBytes();
      } catch (IOException e) {
        // Closed: by us when the test ends, by the client before.
      }
    }
  }

  @Test
  void redirectsAreNotFollowed() {
    answers.put(MODEL, new Answer(302, "/elsewhere"));
    requireRefusal(
        () -> publish(),
        "cannot publish 'net' (the server sends us elsewhere, status 302).\n"
            + "Maybe write the address that a browser ends at.");
    assertThat(asked).hasSize(1);
  }

  @Test
  void anAnswerWithoutEndIsCut() {
    answers.put(MODEL, new Answer(200, " ".repeat(LONGEST_ANSWER + 1)));
    requireRefusal(
        () -> publish(),
        "cannot publish 'net' (the answer is longer than 10000 bytes, which it may not be).\n"
            + "Maybe look what the server holds there.");
  }

  @Test
  void anUnknownNameIsWrongUsage() {
    answers.put(MODEL, new Answer(404, UNKNOWN));
    answers.put(VERSIONS, new Answer(200, "{}"));
    answers.put("/api/2.0/mlflow/registered-models/search", new Answer(200, "{}"));
    assertThatThrownBy(() -> registry.show(NAME))
        .isInstanceOf(UsageException.class)
        .hasMessage(location + ": has no model 'net'.\nMaybe publish one first: it is empty.");
  }

  @Test
  void aServerThatDoesNotServeArtifactsIsSaidBeforeAnythingIsSent() {
    answers.put(MODEL, new Answer(404, UNKNOWN));
    answers.put(
        EXPERIMENT,
        new Answer(
            200,
            "{\"experiment\": {\"experiment_id\": \"1\", \"artifact_location\":"
                + " \"s3://bucket/1\"}}"));
    String cure = "\nMaybe start it with --serve-artifacts and --artifacts-destination.";
    requireRefusal(
        () -> publish(),
        "cannot publish 'net' (the server does not serve artifacts, they lie at 's3://bucket/1')."
            + cure);
    assertThat(asked).hasSize(2);

    // It served them when the experiment was made.
    answers.put(EXPERIMENT, experiment());
    answers.put(RUN, run("mlflow-artifacts:/1/abc/artifacts"));
    answers.put(
        ARTIFACTS,
        new Answer(503, "Endpoint: ... disabled due to the mlflow server running with ..."));
    answers.put("/api/2.0/mlflow/runs/delete", new Answer(200, "{}"));
    requireRefusal(
        () -> publish(),
        "cannot publish 'net' (the server does not serve artifacts, status 503)." + cure);
    assertThat(asked.get(asked.size() - 1)).startsWith("POST /api/2.0/mlflow/runs/delete");
  }

  @ParameterizedTest
  @CsvSource({
    "mlflow-artifacts:/1/../../etc/artifacts",
    "mlflow-artifacts:/1/%2e%2e/artifacts",
    "mlflow-artifacts:/..",
    "'mlflow-artifacts:/1/..\\..\\x'",
  })
  void aRunOutsideOfTheServersArtifactsIsRefused(String uri) {
    answers.put(MODEL, new Answer(404, UNKNOWN));
    answers.put(EXPERIMENT, experiment());
    answers.put(RUN, run(uri.replace("\\", "\\\\")));
    requireRefusal(
        () -> publish(),
        "cannot publish 'net' (the server names artifacts outside of its root, '"
            + uri
            + "').\nMaybe look at that version in MLflow.");
    assertThat(asked).noneMatch(call -> call.contains(ARTIFACTS));
  }

  @Test
  void anAliasThatSomebodyElseMakesInThisMomentIsSetAgain() {
    version("net.mlmodel", 5);
    Answer raced =
        new Answer(400, "{\"error_code\": \"BAD_REQUEST\", \"message\": \"UNIQUE constraint\"}");
    answers.put(ALIAS, new Answer(200, "{}"));
    firstAnswers.put(ALIAS, raced);
    registry.publish(NAME, model(BYTES), provenance(), List.of());
    assertThat(asked).filteredOn(call -> call.contains(ALIAS)).hasSize(2);

    asked.clear();
    answers.put(ALIAS, raced);
    NamedModel again = model(BYTES);
    requireRefusal(
        () -> registry.publish(NAME, again, provenance(), List.of()),
        "cannot publish 'net' (the server says: UNIQUE constraint).\n"
            + "Maybe look at the server's log, and try again.");
    assertThat(asked).filteredOn(call -> call.contains(ALIAS)).hasSize(5);
  }

  @Test
  void aFileOutsideOfTheVersionsFolderIsRefused() {
    version("../../other.mlmodel", 5);
    requireRefusal(
        () -> registry.fetch(NAME, 1).content().open(),
        "cannot be read (the tags of version 1 of 'net' are not ours: file name"
            + " (../../other.mlmodel) must be plain.).\n"
            + "Maybe delete that version in MLflow, or its tag quantsweep.sha256.");
    version("net.mlmodel", 5);
    answers.put(ARTIFACTS, new Answer(200, "{\"files\": [{\"path\": \"../x\"}]}"));
    requireRefusal(
        () -> registry.evidence(NAME, 1),
        "cannot be read (the server names an artifact outside of its folder, '../x').\n"
            + "Maybe look at mlflow-artifacts:/1/abc/artifacts/evidence in MLflow.");
  }

  @Test
  void aDamagedVersionBlocksNoOther() {
    answers.put(MODEL, new Answer(200, "{\"registered_model\": {\"name\": \"net\"}}"));
    answers.put(
        VERSIONS,
        new Answer(
            200,
            """
            {"model_versions": [
              {"name": "net", "version": "1", "run_id": "abc",
                "source": "mlflow-artifacts:/1/abc/artifacts", "tags": [
                  {"key": "quantsweep.sha256", "value": "%s"},
                  {"key": "quantsweep.encodedSize", "value": "many"},
                  {"key": "quantsweep.file", "value": "net.mlmodel"}]},
              {"name": "net", "version": "2", "run_id": "def",
                "source": "mlflow-artifacts:/1/def/artifacts", "tags": [
                  {"key": "quantsweep.sha256", "value": "%s"},
                  {"key": "quantsweep.encodedSize", "value": "5"},
                  {"key": "quantsweep.file", "value": "net.mlmodel"}]}]}
            """
                .formatted(Sha256Digest.ofText("other"), Sha256Digest.ofText("bytes"))));
    String told =
        "cannot be read (the tags of version 1 of 'net' are not ours: For input string: \"many\")."
            + "\nMaybe delete that version in MLflow, or its tag quantsweep.sha256.";
    assertThat(registry.show(NAME).versions()).hasSize(1);
    assertThat(registry.fetch(NAME, 2).digest()).isEqualTo(Sha256Digest.ofText("bytes"));
    assertThat(registry.damages(NAME)).hasSize(1);
    assertThat(registry.damages(NAME).get(0)).endsWith(told);
    requireRefusal(() -> registry.fetch(NAME, 1), told);
  }

  @Test
  void damagedMovesOfAChampionBlockTheirOwnNameAlone() {
    answers.put(
        MODEL,
        new Answer(
            200,
            """
            {"registered_model": {"name": "net", "tags": [
              {"key": "quantsweep.champion.000001", "value": "moved"}]}}
            """));
    answers.put(
        VERSIONS,
        new Answer(
            200,
            """
            {"model_versions": [
              {"name": "net", "version": "2", "run_id": "def",
                "source": "mlflow-artifacts:/1/def/artifacts", "tags": [
                  {"key": "quantsweep.sha256", "value": "%s"},
                  {"key": "quantsweep.encodedSize", "value": "5"},
                  {"key": "quantsweep.file", "value": "net.mlmodel"}]}]}
            """
                .formatted(Sha256Digest.ofText("bytes"))));
    answers.put(
        MODELS,
        new Answer(
            200,
            """
            {"registered_models": [
              {"name": "net", "tags": [{"key": "quantsweep.champion.000001", "value": "moved"}]}]}
            """));
    String told =
        "cannot be read (the tag 'quantsweep.champion.000001' of the model is not a move of the"
            + " champion).\nMaybe delete that tag in MLflow: somebody changed it.";
    requireRefusal(() -> registry.show(NAME), told);
    requireRefusal(() -> registry.promote(NAME, 2), told);
    requireRefusal(() -> registry.rollback(NAME), told);
    // Nothing else of the registry needs the moves.
    assertThat(registry.list()).hasSize(1);
    assertThat(registry.fetch(NAME, 2).digest()).isEqualTo(Sha256Digest.ofText("bytes"));
    assertThat(registry.damages(NAME)).hasSize(1);
    assertThat(registry.damages(NAME).get(0)).endsWith(told);
  }

  @Test
  void aFileThatIsNotWhatWasPublishedIsNotRead() throws IOException {
    version("net.mlmodel", 5);
    answers.put(ARTIFACTS, new Answer(200, "other"));
    requireRefusal(
        () -> registry.fetch(NAME, 1).content().open(),
        "cannot be read (the file of version 1 of 'net' is not what was published).\n"
            + "Maybe publish it again under another name, and look who wrote to MLflow's"
            + " artifacts.");
    answers.put(ARTIFACTS, new Answer(200, "longer than said"));
    requireRefusal(
        () -> registry.fetch(NAME, 1).content().open(),
        "cannot be read (the answer is longer than 5 bytes, which it may not be).\n"
            + "Maybe look what the server holds there.");
    answers.put(ARTIFACTS, new Answer(200, "bytes"));
    assertThat(registry.fetch(NAME, 1).content().open().readAllBytes())
        .asString()
        .isEqualTo("bytes");
  }

  @Test
  void partsOfAFileAreReadFromOneCopy() throws IOException {
    version("net.mlmodel", 5);
    answers.put(ARTIFACTS, new Answer(200, "bytes"));
    FileContent content = registry.fetch(NAME, 1).content();
    asked.clear();

    assertThat(content.read(1, 3)).asString().isEqualTo("yte");
    assertThat(content.read(3, 2)).asString().isEqualTo("es");
    assertThat(asked).hasSize(1);
  }

  @Test
  void aTreeThatLeavesItsFolderIsRefused() {
    tree("../x");
    requireRefusal(
        () -> registry.fetch(NAME, 1),
        "cannot be read (the server names an artifact outside of its folder, '..').\n"
            + "Maybe look at mlflow-artifacts:/1/abc/artifacts/net.mlpackage in MLflow.");
    tree("x");
    requireRefusal(
        () -> registry.fetch(NAME, 1),
        "cannot be read (the list of its files is not that of this model.).\n"
            + "Maybe look at that model in MLflow.");
    assertThat(asked).noneMatch(call -> call.contains("net.mlpackage"));
  }

  /** A version that is a tree of one file. */
  private void tree(String path) {
    version("net.mlpackage", 5);
    String tags = answers.get(VERSIONS).body();
    String more = "\"tags\": [{\"key\": \"quantsweep.files\", \"value\": \"1\"},";
    answers.put(VERSIONS, new Answer(200, tags.replace("\"tags\": [", more)));
    String digest = Sha256Digest.ofText("bytes").hex();
    answers.put(
        ARTIFACTS + "/1/abc/artifacts/files.json",
        new Answer(
            200,
            "[{\"path\": \"%s\", \"encodedSize\": 5, \"sha256\": \"%s\"}]"
                .formatted(path, digest)));
  }

  @Test
  void aFileThatMlflowCannotKeepIsSaidBeforeAnythingIsSent() {
    answers.put(MODEL, new Answer(404, UNKNOWN));
    NamedModel model =
        new NamedModel("net.mlpackage", ModelFiles.tree(Map.of("a/100 %", FileContent.of(BYTES))));
    requireRefusal(
        () -> registry.publish(NAME, model, provenance(), List.of()),
        "cannot publish 'net' (MLflow cannot keep a file called 'a/100 %').\n"
            + "Maybe rename it.");
    assertThat(asked).hasSize(1);
  }

  private void version(String file, int size) {
    answers.put(MODEL, new Answer(200, "{\"registered_model\": {\"name\": \"net\"}}"));
    answers.put(
        VERSIONS,
        new Answer(
            200,
            """
            {"model_versions": [{"name": "net", "version": "1", "run_id": "abc",
              "source": "mlflow-artifacts:/1/abc/artifacts", "tags": [
                {"key": "quantsweep.sha256", "value": "%s"},
                {"key": "quantsweep.encodedSize", "value": "%d"},
                {"key": "quantsweep.file", "value": "%s"}]}]}
            """
                .formatted(Sha256Digest.ofText("bytes"), size, file)));
  }

  private static Answer experiment() {
    return new Answer(
        200,
        "{\"experiment\": {\"experiment_id\": \"1\", \"artifact_location\":"
            + " \"mlflow-artifacts:/1\"}}");
  }

  private static Answer run(String uri) {
    return new Answer(
        200, "{\"run\": {\"info\": {\"run_id\": \"abc\", \"artifact_uri\": \"" + uri + "\"}}}");
  }

  private void open(String prefix) {
    open(server.getAddress().getPort(), prefix, PATIENCE);
  }

  private void open(int port, String prefix, Duration patience) {
    location = "mlflow+http://127.0.0.1:" + port + prefix;
    registry =
        new MlflowModelRegistry(
            MlflowAddress.parse(location),
            MlflowCredentials.of(Map.of("MLFLOW_TRACKING_TOKEN", SECRET), Path.of("none")),
            new MlflowServer.Limits(PATIENCE, patience, PATIENCE, LONGEST_ANSWER));
  }

  private void publish() {
    registry.publish(NAME, model(new byte[] {1}), provenance(), List.of());
  }

  private static NamedModel model(byte[] bytes) {
    return new NamedModel("net.mlmodel", ModelFiles.lone(bytes));
  }

  private static Provenance provenance() {
    return new Provenance(
        new Provenance.SourceModel("Net.mlmodel", Sha256Digest.ofText("source")),
        List.of(),
        new TreeMap<>(),
        "test",
        new Provenance.Engine("engine", "processor"),
        Instant.EPOCH,
        "host");
  }

  /** Neither the message nor what led to it may hold the secret. */
  private void requireRefusal(ThrowingCallable call, String message) {
    assertThatThrownBy(call)
        .isInstanceOf(PublishingException.class)
        .hasMessage(location + ": the registry " + message)
        .satisfies(
            failure -> {
              StringWriter trace = new StringWriter();
              failure.printStackTrace(new PrintWriter(trace));
              assertThat(trace.toString()).doesNotContain(SECRET);
            });
  }

  private void answer(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    exchange.getRequestBody().readAllBytes();
    synchronized (asked) {
      asked.add(
          exchange.getRequestMethod()
              + " "
              + path
              + " "
              + exchange.getRequestHeaders().getFirst("Authorization"));
    }
    Answer first = firstAnswers.remove(path);
    Answer answer =
        first != null
            ? first
            : answers.entrySet().stream()
                .filter(entry -> path.contains(entry.getKey()))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse(new Answer(500, ""));
    if (answer.status() < 0) {
      // Never: the client gives up.
      return;
    }
    byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
    if (answer.status() == 302) {
      exchange.getResponseHeaders().set("Location", answer.body());
    }
    exchange.sendResponseHeaders(answer.status(), body.length == 0 ? -1 : body.length);
    if (body.length > 0) {
      exchange.getResponseBody().write(body);
    }
    exchange.close();
  }
}
