package org.quantsweep.jobs.registry;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.quantsweep.testing.PythonEnvironment;

/** The pinned MLflow server on loopback: SQLite store, artifacts in a folder, one worker. */
final class RealMlflow implements AutoCloseable {
  private static final Duration LONGEST = Duration.ofMinutes(5);
  private static final Pattern LISTENS =
      Pattern.compile("running on (http://127\\.0\\.0\\.1:[0-9]+)");

  private final HttpClient client = HttpClient.newHttpClient();
  private final Process process;
  private final Thread atExit;
  private String address;

  /**
   * Starts the server and waits until it answers.
   *
   * @param folder for its store, artifacts and log
   */
  RealMlflow(PythonEnvironment environment, Path folder) throws IOException {
    Path log = folder.resolve("mlflow.log");
    ProcessBuilder builder =
        environment.process(
            List.of(
                "-m",
                "mlflow",
                "server",
                "--host",
                "127.0.0.1",
                "--port",
                "0", // Any free one; it says which.
                "--workers",
                "1",
                "--backend-store-uri",
                "sqlite:///" + folder.resolve("mlflow.db"),
                "--artifacts-destination",
                folder.resolve("artifacts").toString()));
    builder.directory(folder.toFile()).redirectErrorStream(true).redirectOutput(log.toFile());
    builder.environment().keySet().removeIf(name -> name.startsWith("MLFLOW_"));
    builder.environment().put("MLFLOW_DISABLE_TELEMETRY", "true");
    // A second process that schedules jobs; nothing here is one.
    builder.environment().put("MLFLOW_SERVER_ENABLE_JOB_EXECUTION", "false");
    this.process = builder.start();
    this.atExit = new Thread(this::kill);
    Runtime.getRuntime().addShutdownHook(atExit);
    long end = System.nanoTime() + LONGEST.toNanos();
    while (!answers(log)) {
      if (!process.isAlive() || System.nanoTime() > end) {
        close();
        throw new IllegalStateException("MLflow does not answer:\n" + Files.readString(log));
      }
      sleep();
    }
  }

  /** Where it answers, as {@code http://127.0.0.1:PORT}. */
  String address() {
    return address;
  }

  /** What it says to a call of its REST interface. */
  String call(String method, String call, String body) throws IOException {
    try {
      return client
          .send(
              HttpRequest.newBuilder(URI.create(address() + "/api/2.0/mlflow/" + call))
                  .header("Content-Type", "application/json")
                  .method(method, HttpRequest.BodyPublishers.ofString(body))
                  .build(),
              HttpResponse.BodyHandlers.ofString())
          .body();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    kill();
    Runtime.getRuntime().removeShutdownHook(atExit);
  }

  /** When this returns, nothing writes into the folder any more. */
  private void kill() {
    List<ProcessHandle> all = new ArrayList<>(process.descendants().toList());
    all.add(process.toHandle());
    all.forEach(ProcessHandle::destroyForcibly);
    all.forEach(each -> each.onExit().join());
  }

  private boolean answers(Path log) throws IOException {
    Matcher listens = LISTENS.matcher(Files.readString(log));
    if (!listens.find()) {
      return false;
    }
    address = listens.group(1);
    try {
      return client
              .send(
                  HttpRequest.newBuilder(URI.create(address + "/health")).build(),
                  HttpResponse.BodyHandlers.discarding())
              .statusCode()
          == 200;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private static void sleep() {
    try {
      Thread.sleep(200);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
