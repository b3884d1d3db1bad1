package org.quantsweep.jobs.cluster;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.quantsweep.testing.PythonEnvironment;

/**
 * A standalone Spark master with two workers of one core each: real processes of the pinned Spark
 * distribution, on loopback and free ports, with a folder of their own.
 */
final class StandaloneCluster implements AutoCloseable {
  private static final Pattern MASTER =
      Pattern.compile("Starting Spark master at spark://127\\.0\\.0\\.1:([0-9]+)");
  private static final Duration LONGEST = Duration.ofMinutes(10);

  private final Path home;
  private final Path folder;

  /** Of the classes that a JVM of Spark loads: reading and checking them is much of its work. */
  private final Path archive;

  private int port;
  private final List<Process> processes = new ArrayList<>();

  /**
   * Starts the processes.
   *
   * @param folder for logs and what the workers write
   * @param leftOut what is left out without Python
   * @throws org.opentest4j.TestAbortedException when this machine has no Python 3.11
   */
  StandaloneCluster(Path folder, String leftOut) throws IOException {
    PythonEnvironment environment = PythonEnvironment.of("spark", leftOut);
    Path script = folder.resolve("where.py");
    Files.writeString(script, "import os, pyspark; print(os.path.dirname(pyspark.__file__))\n");
    this.home = Path.of(environment.run(script).output());
    this.folder = folder;
    this.archive = folder.resolve("classes.jsa");
    try {
      daemon("master", "127.0.0.1", "master.Master", "--port", "0");
      await("the master to listen", this::masterListens);
      for (int worker = 1; worker <= 2; worker++) {
        // A machine each, as Spark sees it: a slow task is not tried twice on one.
        String host = "127.0.0." + worker;
        daemon("worker-" + worker, host, "worker.Worker", "-c", "1", "-m", "1500m", address());
      }
    } catch (IOException | RuntimeException e) {
      close();
      throw e;
    }
  }

  String address() {
    return "spark://127.0.0.1:" + port;
  }

  /** The Spark distribution. */
  Path home() {
    return home;
  }

  /** A run of the shaded jar by spark-submit, in a process of its own. */
  Killable submit(String name, Map<String, String> settings, List<String> arguments)
      throws IOException {
    return submit(name, settings, arguments, sharingClasses());
  }

  /** The same, whose classes all JVMs share that are started after its end. */
  Killable submitAndArchiveClasses(
      String name, Map<String, String> settings, List<String> arguments) throws IOException {
    return submit(name, settings, arguments, " -XX:ArchiveClassesAtExit=" + archive);
  }

  /** Leaves the archive for the tests of the DAGs ({@code airflow-dags/test.sh}). */
  void leaveArchive() throws IOException {
    Path target = PythonEnvironment.repository("jobs/target");
    Path copy = target.resolve("spark-submit-classes.tmp");
    Files.copy(archive, copy, StandardCopyOption.REPLACE_EXISTING);
    // At once: a JVM crashes on an archive that was cut short.
    Files.move(copy, target.resolve("spark-submit-classes.jsa"), StandardCopyOption.ATOMIC_MOVE);
  }

  private Killable submit(
      String name, Map<String, String> settings, List<String> arguments, String classes)
      throws IOException {
    Path output = folder.resolve(name + ".out");
    Path log = folder.resolve(name + ".log");
    List<String> command = sparkSubmit("org.quantsweep.jobs.cli.QuantSweep", settings, classes);
    command.add(jar().toString());
    command.addAll(arguments);
    ProcessBuilder builder = builder(command);
    builder.redirectOutput(output.toFile()).redirectError(log.toFile());
    return new Killable(started(builder), output, log);
  }

  /** A driver of the shaded jar by spark-submit that takes one command after the other. */
  WarmDriver warmDriver(String name) throws IOException {
    Path log = folder.resolve(name + ".log");
    List<String> command = sparkSubmit(CommandLoop.class.getName(), Map.of(), sharingClasses());
    // A jar of the user's: in front of Spark's own it would be another class path than the
    // archive's.
    command.add("--jars");
    command.add(jarOf(name, CommandLoop.class, SpeculativeCopies.class).toString());
    command.add(jar().toString());
    ProcessBuilder builder = builder(command);
    builder.redirectOutput(folder.resolve(name + ".out").toFile()).redirectError(log.toFile());
    return new WarmDriver(started(builder), folder, log);
  }

  /** The options of a JVM that takes classes from the archive, once it is there. */
  private String sharingClasses() {
    return Files.exists(archive) ? " -XX:SharedArchiveFile=" + archive : "";
  }

  private Path jarOf(String name, Class<?>... classes) throws IOException {
    Path made = folder.resolve(name + ".jar");
    try (JarOutputStream jar = new JarOutputStream(Files.newOutputStream(made))) {
      for (Class<?> each : classes) {
        String entry = each.getName().replace('.', '/') + ".class";
        jar.putNextEntry(new JarEntry(entry));
        try (InputStream bytes = each.getResourceAsStream("/" + entry)) {
          bytes.transferTo(jar);
        }
      }
    }
    return made;
  }

  private List<String> sparkSubmit(String main, Map<String, String> settings, String classes) {
    List<String> command = new ArrayList<>();
    command.add(home.resolve("bin/spark-submit").toString());
    command.addAll(
        List.of("--executor-memory", "700m", "--driver-memory", "800m", "--class", main));
    Map<String, String> all = new TreeMap<>(settings);
    all.put("spark.ui.enabled", "false");
    // Short runs: the second compiler would not pay, nor room for classes that grows step by step.
    String options = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -XX:MetaspaceSize=256m";
    all.put("spark.driver.extraJavaOptions", options + classes);
    all.put("spark.executor.extraJavaOptions", options + sharingClasses());
    all.forEach(
        (key, value) -> {
          command.add("--conf");
          command.add(key + "=" + value);
        });
    return command;
  }

  /** A run of spark-submit in a process of its own. */
  static final class Killable implements Submitted {
    private final Process process;
    private final Path output;
    private final Path log;

    private Killable(Process process, Path output, Path log) {
      this.process = process;
      this.output = output;
      this.log = log;
    }

    @Override
    public int exitCode() {
      try {
        if (!process.waitFor(LONGEST.toSeconds(), TimeUnit.SECONDS)) {
          process.destroyForcibly();
          throw new IllegalStateException("still ran after " + LONGEST + ":\n" + log());
        }
        return process.exitValue();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException(e);
      }
    }

    @Override
    public boolean isRunning() {
      return process.isAlive();
    }

    /** Kills the driver as a power cut would. */
    void kill() {
      process.destroyForcibly();
      exitCode();
    }

    @Override
    public String output() {
      return read(output);
    }

    @Override
    public String log() {
      return read(log);
    }
  }

  /** The executors that run now: children of our workers. */
  List<ProcessHandle> executors() {
    List<ProcessHandle> executors = new ArrayList<>();
    for (Process process : processes) {
      process
          .descendants()
          .filter(
              child ->
                  child.info().commandLine().orElse("").contains("CoarseGrainedExecutorBackend"))
          .forEach(executors::add);
    }
    return executors;
  }

  /**
   * Lets the executors run by turns only, until something holds while they stand still: a sweep
   * that is to be disturbed in its middle must not reach its end first on a fast machine.
   */
  void awaitInSlowMotion(String what, BooleanSupplier holds) {
    await(
        what,
        () -> {
          signal("STOP");
          pause(500);
          if (holds.getAsBoolean()) {
            return true;
          }
          signal("CONT");
          pause(150);
          return false;
        });
  }

  /**
   * Lets one executor stand still, for a few seconds at a time, until something holds: the others
   * may wait for what it has, so that it has to go on in between.
   */
  void awaitBesideASlowOne(String what, BooleanSupplier holds) {
    await(
        what,
        () -> {
          List<ProcessHandle> slow = executors().stream().limit(1).toList();
          signal("STOP", slow);
          boolean held = false;
          for (int look = 0; look < 30 && !held; look++) {
            pause(100);
            held = holds.getAsBoolean();
          }
          signal("CONT", slow);
          pause(100);
          return held;
        });
  }

  /** Lets executors that stand still go on. */
  void goOn() {
    signal("CONT");
  }

  private void signal(String signal) {
    signal(signal, executors());
  }

  private static void signal(String signal, List<ProcessHandle> executors) {
    for (ProcessHandle executor : executors) {
      try {
        new ProcessBuilder("kill", "-" + signal, Long.toString(executor.pid())).start().waitFor();
      } catch (IOException e) {
        throw new IllegalStateException(e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException(e);
      }
    }
  }

  /** Waits until something holds. */
  static void await(String what, BooleanSupplier holds) {
    long end = System.nanoTime() + LONGEST.toNanos();
    while (!holds.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new IllegalStateException("waited " + LONGEST + " in vain for " + what);
      }
      pause(50);
    }
  }

  private static void pause(long milliseconds) {
    try {
      Thread.sleep(milliseconds);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** Starts a process that ends with the cluster; its output goes to a log of that name. */
  Process start(String name, List<String> command) throws IOException {
    ProcessBuilder builder = builder(command);
    builder.redirectErrorStream(true).redirectOutput(folder.resolve(name + ".log").toFile());
    return started(builder);
  }

  private Process started(ProcessBuilder builder) throws IOException {
    Process process = builder.start();
    processes.add(process);
    return process;
  }

  @Override
  public void close() {
    for (Process process : processes) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
    for (Process process : processes) {
      process.onExit().join();
    }
  }

  /** The shaded jar, which the package phase made before these tests. */
  static Path jar() {
    try (Stream<Path> files = Files.list(PythonEnvironment.repository("jobs/target"))) {
      return files
          .filter(file -> file.getFileName().toString().matches("jobs-.*-all\\.jar"))
          .findFirst()
          .orElseThrow(
              () -> new IllegalStateException("there is no shaded jar: run mvn package first"));
    } catch (IOException e) {
      throw new IllegalStateException("there is no jobs/target: run mvn package first", e);
    }
  }

  private void daemon(String name, String host, String main, String... arguments)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(home.resolve("bin/spark-class").toString());
    command.add("org.apache.spark.deploy." + main);
    command.addAll(List.of("--host", host, "--webui-port", "0"));
    command.addAll(List.of(arguments));
    start(name, command);
  }

  private ProcessBuilder builder(List<String> command) {
    ProcessBuilder builder = new ProcessBuilder(command);
    builder
        .environment()
        .putAll(
            Map.of(
                "SPARK_HOME", home.toString(),
                "SPARK_LOCAL_IP", "127.0.0.1",
                "SPARK_WORKER_DIR", folder.resolve("work").toString(),
                "SPARK_LOCAL_DIRS", folder.resolve("spark").toString(),
                "SPARK_DAEMON_MEMORY", "200m",
                "JAVA_HOME", System.getProperty("java.home")));
    return builder;
  }

  /** It takes a free port, and says which. */
  private boolean masterListens() {
    Matcher said = MASTER.matcher(read(folder.resolve("master.log")));
    if (!said.find()) {
      return false;
    }
    port = Integer.parseInt(said.group(1));
    return true;
  }

  static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new IllegalStateException(file + " cannot be read", e);
    }
  }
}
