package org.quantsweep.jobs.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.quantsweep.testing.PythonEnvironment;

/**
 * The launcher {@code quantsweep} in a clone without sources, so that it builds nothing: the jar
 * that it runs is put there.
 */
final class LauncherClone {
  private final Path home;

  /** In a folder, which is to be empty. */
  LauncherClone(Path home) throws IOException {
    this.home = home;
    Files.copy(PythonEnvironment.repository("quantsweep"), home.resolve("quantsweep"));
    for (String module : List.of(".", "pipeline-core", "datasets", "jobs")) {
      Files.createDirectories(home.resolve(module));
      Path pom = home.resolve(module).resolve("pom.xml");
      Files.copy(PythonEnvironment.repository(module + "/pom.xml"), pom);
      // Older than the jar.
      Files.setLastModifiedTime(pom, FileTime.fromMillis(0));
    }
    for (String sources :
        List.of("pipeline-core/src/main", "datasets/src/main/java", "jobs/src/main")) {
      Files.createDirectories(home.resolve(sources));
    }
    Files.createDirectories(home.resolve("jobs/target"));
  }

  /** The place of the jar. */
  Path jar() {
    return home.resolve("jobs/target/jobs-0.1.0-SNAPSHOT-all.jar");
  }

  /** The place of Spark's jars. */
  Path spark() {
    return home.resolve("jobs/target/spark");
  }

  /**
   * A process that is not started yet, without the settings of whoever runs the tests.
   *
   * @param environment what is set beside that
   */
  ProcessBuilder command(Map<String, String> environment, List<String> arguments) {
    List<String> command = new ArrayList<>(List.of("sh", home.resolve("quantsweep").toString()));
    command.addAll(arguments);
    ProcessBuilder builder = new ProcessBuilder(command);
    builder
        .environment()
        .keySet()
        .removeIf(
            name ->
                name.startsWith("QUANTSWEEP_")
                    || name.startsWith("LC_")
                    || name.equals("LANG")
                    || name.equals("SPARK_HOME"));
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    builder.environment().putAll(environment);
    return builder;
  }
}
