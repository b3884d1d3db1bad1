package org.quantsweep.jobs.registry;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import javax.net.ssl.SSLException;

/**
 * Speaks HTTP with an MLflow server. Answers are bounded in time and size, redirects are not
 * followed (they would carry the credentials elsewhere), and nothing is logged.
 *
 * <p>Why not MLflow's Java client: its newest release, {@code mlflow-client} 2.17.2, neither makes
 * models, versions nor aliases, so all of the registry would be REST anyway. It moves artifacts by
 * starting a Python with MLflow, which Spark's drivers lack, waits for answers without end, follows
 * redirects, writes requests and answers to the debug log, and brings 8.6 MB of its own Guava,
 * Apache HttpClient and protobuf 3.19.4.
 */
final class MlflowServer {
  /**
   * What an answer may take.
   *
   * @param connect to connect
   * @param call a call
   * @param transfer of an artifact
   * @param answerBytes of an answer in memory
   */
  record Limits(Duration connect, Duration call, Duration transfer, int answerBytes) {
    static final Limits DEFAULT =
        new Limits(Duration.ofSeconds(10), Duration.ofMinutes(1), Duration.ofMinutes(15), 64 << 20);
  }

  /** Opens the bytes of an upload. */
  interface Source {
    InputStream open() throws IOException;
  }

  private static final String CALLS = "/api/2.0/mlflow/";
  private static final String ARTIFACTS = "/api/2.0/mlflow-artifacts/artifacts";
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int REFUSAL_BYTES = 1 << 20;
  private static final int LONGEST_MESSAGE = 300;

  private final MlflowAddress address;
  private final MlflowCredentials credentials;
  private final Limits limits;
  private final HttpClient client;

  MlflowServer(MlflowAddress address, MlflowCredentials credentials, Limits limits) {
    this.address = address;
    this.credentials = credentials;
    this.limits = limits;
    this.client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(limits.connect())
            .build();
  }

  /** Calls {@code GET /api/2.0/mlflow/CALL?QUERY}. */
  JsonNode get(String call, Map<String, String> query) throws IOException {
    return json(request(CALLS + call + query(query)).GET().build());
  }

  /** Calls {@code METHOD /api/2.0/mlflow/CALL} with a JSON body. */
  JsonNode send(String method, String call, ObjectNode body) throws IOException {
    return json(
        request(CALLS + call)
            .header("Content-Type", "application/json")
            .method(method, HttpRequest.BodyPublishers.ofString(body.toString()))
            .build());
  }

  /** The artifacts in a folder. */
  JsonNode list(ArtifactPath folder) throws IOException {
    return json(request(ARTIFACTS + query(Map.of("path", folder.text()))).GET().build());
  }

  /** Stores an artifact of exactly so many bytes. */
  void upload(ArtifactPath path, Source source, long bytes) throws IOException {
    HttpRequest.BodyPublisher content =
        bytes == 0
            ? HttpRequest.BodyPublishers.noBody()
            : HttpRequest.BodyPublishers.fromPublisher(
                HttpRequest.BodyPublishers.ofInputStream(() -> opened(source)), bytes);
    exchange(
        request(ARTIFACTS + "/" + path.encoded())
            .header("Content-Type", "application/octet-stream")
            .PUT(content)
            .build(),
        OutputStream.nullOutputStream(),
        limits.answerBytes(),
        limits.transfer());
  }

  /** A small artifact. */
  byte[] download(ArtifactPath path) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    download(path, bytes, limits.answerBytes());
    return bytes.toByteArray();
  }

  /** Copies an artifact; one that is longer than the limit is refused. */
  void download(ArtifactPath path, OutputStream target, long limit) throws IOException {
    exchange(
        request(ARTIFACTS + "/" + path.encoded()).GET().build(), target, limit, limits.transfer());
  }

  private static InputStream opened(Source source) {
    try {
      return source.open();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String query(Map<String, String> query) {
    return query.entrySet().stream()
        .map(
            entry ->
                entry.getKey() + "=" + URLEncoder.encode(entry.getValue(), StandardCharsets.UTF_8))
        .collect(Collectors.joining("&", "?", ""));
  }

  private HttpRequest.Builder request(String pathAndQuery) {
    HttpRequest.Builder builder =
        HttpRequest.newBuilder(URI.create(address.base() + pathAndQuery))
            .header("User-Agent", "quantsweep");
    credentials.header().ifPresent(header -> builder.header("Authorization", header));
    return builder;
  }

  private JsonNode json(HttpRequest request) throws IOException {
    ByteArrayOutputStream answer = new ByteArrayOutputStream();
    exchange(request, answer, limits.answerBytes(), limits.call());
    try {
      JsonNode node = JSON.readTree(answer.toByteArray());
      if (node.isObject()) {
        return node;
      }
    } catch (JsonProcessingException e) {
      // A page, for example. The cause would quote it.
    }
    throw noMlflow("its answer is no JSON object");
  }

  /** Waits for the whole answer: a request's own timeout ends with the head of the answer. */
  private void exchange(HttpRequest request, OutputStream target, long limit, Duration longest)
      throws IOException {
    ByteArrayOutputStream refusal = new ByteArrayOutputStream();
    CompletableFuture<HttpResponse<Void>> running =
        client.sendAsync(
            request,
            answer ->
                answer.statusCode() == 200
                    ? new LimitedBody(target, limit)
                    : new LimitedBody(refusal, REFUSAL_BYTES));
    try {
      HttpResponse<Void> answer = running.get(longest.toMillis(), TimeUnit.MILLISECONDS);
      if (answer.statusCode() != 200) {
        throw refused(answer.statusCode(), refusal.toByteArray(), request.uri().getPath());
      }
    } catch (TimeoutException e) {
      running.cancel(true);
      throw new MlflowFailure(
          MlflowFailure.Kind.OTHER,
          "no answer in " + longest.toSeconds() + " seconds",
          "look at the server's log, and try again.",
          e);
    } catch (InterruptedException e) {
      running.cancel(true);
      Thread.currentThread().interrupt();
      throw new MlflowFailure(
          MlflowFailure.Kind.OTHER,
          "we were interrupted",
          "try again: what was begun is completed.",
          e);
    } catch (ExecutionException e) {
      throw broken(e.getCause());
    }
  }

  private static MlflowFailure broken(Throwable cause) {
    if (cause instanceof MlflowFailure failure) {
      return failure;
    }
    if (cause instanceof ConnectException || cause instanceof HttpConnectTimeoutException) {
      return new MlflowFailure(
          MlflowFailure.Kind.OTHER,
          "no server answers there",
          "start it, or check host and port.",
          cause);
    }
    String message = cause.getMessage();
    if (cause instanceof SSLException) {
      return new MlflowFailure(
          MlflowFailure.Kind.OTHER,
          "no encrypted connection: " + message,
          "write mlflow+http:// if the server has no TLS, or trust its certificate with"
              + " JAVA_TOOL_OPTIONS=-Djavax.net.ssl.trustStore=FILE.",
          cause);
    }
    return new MlflowFailure(
        MlflowFailure.Kind.OTHER,
        "the connection broke: " + (message == null ? cause.getClass().getSimpleName() : message),
        "try again: what was begun is completed.",
        cause);
  }

  private MlflowFailure refused(int status, byte[] body, String path) {
    String code = "";
    String message = "";
    try {
      JsonNode node = JSON.readTree(body);
      code = node.path("error_code").asText();
      message = node.path("message").asText();
    } catch (IOException e) {
      // Text or a page: the status says what there is to say.
    }
    if (status == 401 || status == 403) {
      return new MlflowFailure(
          "the server refuses "
              + (credentials.header().isEmpty() ? "us without credentials" : "our credentials")
              + ", status "
              + status,
          "set MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or MLFLOW_TRACKING_TOKEN, or"
              + " write ~/.mlflow/credentials.");
    }
    if (status >= 300 && status < 400) {
      return new MlflowFailure(
          "the server sends us elsewhere, status " + status,
          "write the address that a browser ends at.");
    }
    boolean artifacts = path.contains(ARTIFACTS);
    if (code.isEmpty() && artifacts && (status == 503 || status == 404)) {
      return notServed("status " + status);
    }
    if (code.isEmpty() && status == 404) {
      return noMlflow("status 404");
    }
    String first = credentials.hiddenIn(message).lines().findFirst().orElse("");
    String told =
        first.isEmpty()
            ? "status " + status
            : first.substring(0, Math.min(LONGEST_MESSAGE, first.length()));
    MlflowFailure.Kind kind =
        switch (code) {
          case "RESOURCE_ALREADY_EXISTS" -> MlflowFailure.Kind.EXISTS;
          case "RESOURCE_DOES_NOT_EXIST" -> MlflowFailure.Kind.MISSING;
          // What MLflow makes of its database's errors: a row that is there, a lock.
          case "BAD_REQUEST", "TEMPORARILY_UNAVAILABLE" -> MlflowFailure.Kind.RACED;
          default -> MlflowFailure.Kind.OTHER;
        };
    return new MlflowFailure(
        kind, "the server says: " + told, "look at the server's log, and try again.", null);
  }

  /** The server was started so that artifacts go elsewhere, past it. */
  static MlflowFailure notServed(String reason) {
    return new MlflowFailure(
        "the server does not serve artifacts, " + reason,
        "start it with --serve-artifacts and --artifacts-destination.");
  }

  private MlflowFailure noMlflow(String reason) {
    String path = address.base().getPath();
    return new MlflowFailure(
        "there is no MLflow server here, " + reason,
        path.isEmpty()
            ? "look at " + address.base() + "/health: MLflow says OK there."
            : "leave out '" + path + "', unless the server has that prefix.");
  }
}
