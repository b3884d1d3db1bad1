package org.quantsweep.jobs.cli;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The command line in a process of its own, as the launcher starts it. */
final class CommandProcess {
  private CommandProcess() {}

  /**
   * A process that is not started yet.
   *
   * @param folder for the file of its class path
   * @param main the program, or a class of tests that stands for it
   * @param before what stands before the JVM on the command line
   */
  static ProcessBuilder of(Path folder, Class<?> main, List<String> before, List<String> arguments)
      throws IOException {
    List<String> command = new ArrayList<>(before);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx1g"));
    command.add("-XX:MetaspaceSize=256m");
    command.add("-Dlog4j2.configurationFile=quantsweep-log4j2.properties");
    // Spark needs what these tests were started with.
    for (String argument : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
      if (argument.startsWith("--add-") || argument.equals("-XX:+IgnoreUnrecognizedVMOptions")) {
        command.add(argument);
      }
    }
    Path classPath = Files.createTempFile(folder, "java", ".args");
    Files.writeString(
        classPath, "-cp \"" + System.getProperty("java.class.path").replace("\\", "\\\\") + "\"\n");
    command.add("@" + classPath);
    command.add(main.getName());
    command.addAll(arguments);
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put("SPARK_LOCAL_IP", "127.0.0.1");
    return builder;
  }
}
