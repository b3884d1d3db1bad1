package org.quantsweep.jobs.cluster;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.quantsweep.testing.PythonEnvironment;

/**
 * A standalone Spark master with two workers of one core each, real processes of the pinned PySpark
 * distribution, on loopback.
 */
final class StandaloneCluster implements AutoCloseable {
  private static final int LONGEST_MINUTES = 5;

  private final Path spark;
  private final Path folder;
  private final int port;
  private final List<Process> processes = new ArrayList<>();

  /**
   * Starts the processes.
   *
   * @param folder for logs and work files
   * @throws org.opentest4j.TestAbortedException when this machine has no Python 3.11
   */
  StandaloneCluster(Path folder) throws IOException, InterruptedException {
    PythonEnvironment environment =
        PythonEnvironment.of("spark", "sweeps on a standalone cluster of two workers");
    Path script = folder.resolve("where.py");
    Files.writeString(script, "import pyspark, os; print(os.path.dirname(pyspark.__file__))");
    this.spark = Path.of(environment.run(script).output());
    this.folder = folder;
    this.port = freePort();
    start(
        "master",
        "org.apache.spark.deploy.master.Master",
        "--host",
        "127.0.0.1",
        "--port",
        Integer.toString(port),
        "--webui-port",
        Integer.toString(freePort()));
    awaitPort();
    for (int worker = 1; worker <= 2; worker++) {
      start(
          "worker" + worker,
          "org.apache.spark.deploy.worker.Worker",
          "--host",
          "127.0.0.1",
          "-c",
          "1",
          "-m",
          "1500m",
          "--webui-port",
          Integer.toString(freePort()),
          address());
    }
  }

  String address() {
    return "spark://127.0.0.1:" + port;
  }

  /** Submits the shaded jar; the process's standard error goes to a log of that name. */
  Process submit(String log, String... arguments) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                spark.resolve("bin/spark-submit").toString(),
                "--master",
                address(),
                "--executor-memory",
                "1g",
                "--conf",
                "spark.ui.enabled=false",
                "--class",
                "org.quantsweep.jobs.cli.QuantSweep",
                jar().toString()));
    command.addAll(List.of(arguments));
    return process(log, command);
  }

  /** Waits for a process and gives its exit code. */
  int await(Process process) throws InterruptedException {
    if (!process.waitFor(LONGEST_MINUTES, TimeUnit.MINUTES)) {
      process.destroyForcibly();
      throw new IllegalStateException("still ran after " + LONGEST_MINUTES + " minutes");
    }
    return process.exitValue();
  }

  /** The process identifiers of running executors. */
  static List<Long> executors() {
    return ProcessHandle.allProcesses()
        .filter(
            handle ->
                handle
                    .info()
                    .commandLine()
                    .map(line -> line.contains("CoarseGrainedExecutorBackend"))
                    .orElse(false))
        .map(ProcessHandle::pid)
        .toList();
  }

  String log(String name) throws IOException {
    return Files.readString(folder.resolve(name + ".log"));
  }

  @Override
  public void close() {
    for (Process process : processes) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }

  private void start(String name, String... command) throws IOException {
    List<String> whole = new ArrayList<>(List.of(spark.resolve("bin/spark-class").toString()));
    whole.addAll(List.of(command));
    processes.add(process(name, whole));
  }

  private Process process(String name, List<String> command) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command);
    builder
        .environment()
        .putAll(
            Map.of(
                "SPARK_HOME", spark.toString(),
                "SPARK_LOCAL_IP", "127.0.0.1",
                "SPARK_WORKER_DIR", folder.resolve("work").toString(),
                "SPARK_NO_DAEMONIZE", "1",
                "JAVA_HOME", System.getProperty("java.home")));
    builder.redirectErrorStream(true).redirectOutput(folder.resolve(name + ".log").toFile());
    Process process = builder.start();
    processes.add(process);
    return process;
  }

  private void awaitPort() throws InterruptedException {
    for (int attempt = 0; attempt < 300; attempt++) {
      try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
        if (socket.isConnected()) {
          return;
        }
      } catch (IOException e) {
        Thread.sleep(100);
      }
    }
    throw new IllegalStateException("the master does not listen on port " + port);
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private static Path jar() throws IOException {
    try (Stream<Path> files = Files.list(Path.of("target"))) {
      return files
          .filter(file -> file.getFileName().toString().matches("jobs-.*-all\\.jar"))
          .findFirst()
          .orElseThrow(() -> new IllegalStateException("the shaded jar is made by package"))
          .toAbsolutePath();
    }
  }
}
