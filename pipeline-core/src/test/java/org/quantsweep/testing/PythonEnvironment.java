package org.quantsweep.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/** A pinned Python environment of {@code tools/python}, and scripts that run in it. */
public final class PythonEnvironment {
  private static final int NO_PYTHON = 69;
  private static final int LONGEST_MINUTES = 15;

  private final Path python;

  private PythonEnvironment(Path python) {
    this.python = python;
  }

  /**
   * How a script ended.
   *
   * @param output its standard output, without the last line end
   * @param errors its standard error, without the last line end
   */
  public record Outcome(int exitCode, String output, String errors) {}

  /**
   * Makes an environment, or takes the one that was made before.
   *
   * @param name of a lock file in {@code tools/python}
   * @param leftOut what the test does without it, for the message of the aborted test
   * @throws org.opentest4j.TestAbortedException when this machine has no Python 3.11
   * @throws IllegalStateException when making it fails otherwise, for example without a network
   */
  public static PythonEnvironment of(String name, String leftOut) {
    Outcome made =
        execute(new ProcessBuilder("sh", repository("tools/python-env.sh").toString(), name));
    Assumptions.assumeTrue(
        made.exitCode() != NO_PYTHON, () -> "left out: " + leftOut + ". " + made.errors());
    if (made.exitCode() != 0) {
      throw new IllegalStateException(
          "tools/python-env.sh "
              + name
              + " ended with exit status "
              + made.exitCode()
              + ":\n"
              + made.errors());
    }
    return new PythonEnvironment(Path.of(made.output().lines().reduce("", (one, last) -> last)));
  }

  /** A file of this repository, by its path from the root. */
  public static Path repository(String relative) {
    for (Path folder = Path.of("").toAbsolutePath(); folder != null; folder = folder.getParent()) {
      if (Files.isRegularFile(folder.resolve("tools/python-env.sh"))) {
        return folder.resolve(relative);
      }
    }
    throw new IllegalStateException("tests run inside of a clone: there is no tools/python-env.sh");
  }

  /** Runs a script to its end. */
  public Outcome run(Path script, String... arguments) {
    List<String> command = new ArrayList<>(List.of(script.toString()));
    command.addAll(List.of(arguments));
    return execute(process(command));
  }

  /** The interpreter with arguments, to be started: what it compiles is kept in the environment. */
  public ProcessBuilder process(List<String> arguments) {
    List<String> command = new ArrayList<>(List.of(python.toString()));
    command.addAll(arguments);
    ProcessBuilder builder = new ProcessBuilder(command);
    // A library is imported in a half of the time when it is not compiled again by each process.
    builder.environment().remove("PYTHONDONTWRITEBYTECODE");
    builder
        .environment()
        .put("PYTHONPYCACHEPREFIX", python.resolveSibling("../bytecode").normalize().toString());
    return builder;
  }

  private static Outcome execute(ProcessBuilder builder) {
    List<String> command = builder.command();
    try {
      Path output = Files.createTempFile("quantsweep", ".out");
      Path errors = Files.createTempFile("quantsweep", ".err");
      try {
        builder.redirectOutput(output.toFile()).redirectError(errors.toFile());
        builder.environment().put("PYTHONUTF8", "1");
        Process process = builder.start();
        if (!process.waitFor(LONGEST_MINUTES, TimeUnit.MINUTES)) {
          process.destroyForcibly();
          throw new IllegalStateException(
              String.join(" ", command) + " still ran after " + LONGEST_MINUTES + " minutes");
        }
        return new Outcome(
            process.exitValue(),
            Files.readString(output).stripTrailing(),
            Files.readString(errors).stripTrailing());
      } finally {
        Files.delete(output);
        Files.delete(errors);
      }
    } catch (IOException problem) {
      throw new IllegalStateException(String.join(" ", command) + " cannot run", problem);
    } catch (InterruptedException problem) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(String.join(" ", command) + " was interrupted", problem);
    }
  }
}
