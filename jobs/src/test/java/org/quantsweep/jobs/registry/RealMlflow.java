package org.quantsweep.jobs.registry;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.quantsweep.testing.PythonEnvironment;

/** The pinned MLflow server on loopback: SQLite store, artifacts in a folder, one worker. */
final class RealMlflow implements AutoCloseable {
  private static final Duration LONGEST = Duration.ofMinutes(3);

  private final int port = freePort();
  private final HttpClient client = HttpClient.newHttpClient();
  private final Process process;
  private final Thread atExit;

  /**
   * Starts the server and waits until it answers.
   *
   * @param folder for its store, artifacts and log
   */
  RealMlflow(PythonEnvironment environment, Path folder) throws IOException {
    Path log = folder.resolve("mlflow.log");
    ProcessBuilder builder =
        new ProcessBuilder(
            environment.interpreter().toString(),
            "-m",
            "mlflow",
            "server",
            "--host",
            "127.0.0.1",
            "--port",
            Integer.toString(port),
            "--workers",
            "1",
            "--backend-store-uri",
            "sqlite:///" + folder.resolve("mlflow.db"),
            "--artifacts-destination",
            folder.resolve("artifacts").toString());
    builder.directory(folder.toFile()).redirectErrorStream(true).redirectOutput(log.toFile());
    builder.environment().keySet().removeIf(name -> name.startsWith("MLFLOW_"));
    builder.environment().put("MLFLOW_DISABLE_TELEMETRY", "true");
    // A second process that schedules jobs; nothing here is one.
    builder.environment().put("MLFLOW_SERVER_ENABLE_JOB_EXECUTION", "false");
    this.process = builder.start();
    this.atExit = new Thread(this::kill);
    Runtime.getRuntime().addShutdownHook(atExit);
    long end = System.nanoTime() + LONGEST.toNanos();
    while (!answers()) {
      if (!process.isAlive() || System.nanoTime() > end) {
        close();
        throw new IllegalStateException("MLflow does not answer:\n" + Files.readString(log));
      }
      sleep();
    }
  }

  /** Where it answers, as {@code http://127.0.0.1:PORT}. */
  String address() {
    return "http://127.0.0.1:" + port;
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

  private void kill() {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
    process.onExit().join();
  }

  private boolean answers() {
    try {
      return client
              .send(
                  HttpRequest.newBuilder(URI.create(address() + "/health")).build(),
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

  private static int freePort() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new IllegalStateException("there is no free port", e);
    }
  }
}
