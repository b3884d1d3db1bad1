package org.quantsweep.jobs.guard;

import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.quantsweep.BadInputException;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.inference.EngineFaultException;
import org.quantsweep.jobs.files.LocalStorage;

/**
 * Has a model opened and run once by another process, and refuses one that crashes it or does not
 * come to an end there: native code would take this process along.
 */
public final class FirstRunGuard implements Serializable {
  private static final long serialVersionUID = 1L;

  /** A process that a signal has ended says so by this and the signal's number. */
  private static final int BY_SIGNAL = 128;

  private static final int KILLED = BY_SIGNAL + 9;

  /** How a JVM names the signal in the report of its crash, in which it ends itself by another. */
  private static final Pattern REPORTED = Pattern.compile("#\\s+(SIG[A-Z]+)");

  private static final Map<Integer, String> SIGNALS =
      Map.of(
          4, "SIGILL", 6, "SIGABRT", 7, "SIGBUS", 8, "SIGFPE", 9, "SIGKILL", 11, "SIGSEGV", 15,
          "SIGTERM", 24, "SIGXCPU", 25, "SIGXFSZ", 31, "SIGSYS");

  private final Duration limit;
  private final ChildProgram program;

  /**
   * A guard.
   *
   * @param limit how long opening and running may take together, more than 0
   */
  public FirstRunGuard(Duration limit) {
    this(limit, new ChildProgram(GuardedRun.class));
  }

  FirstRunGuard(Duration limit, ChildProgram program) {
    this.limit = limit;
    this.program = program;
  }

  /**
   * Runs a model in another process. What fails there without a crash is not refused: whoever opens
   * the model tells it.
   *
   * @throws BadInputException when the process crashed, or had not ended in time
   * @throws EngineFaultException when somebody killed it, as a system does whose memory is short
   */
  void requireHarmless(CoreMLModel model) {
    try {
      Path folder = Files.createTempDirectory("quantsweep-first-run");
      try {
        Path file = folder.resolve(model.format().fileName("model"));
        new LocalStorage().write(file.toString(), model.format().encode(Map.of()));
        run(model.name(), folder, file);
      } finally {
        delete(folder);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(
          model.name() + ": its first run needs a process of its own, and none can be started.", e);
    }
  }

  private void run(String name, Path folder, Path model) throws IOException {
    Process process = program.start(folder, model.toString());
    boolean ended;
    try {
      ended = process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("the first run of a model was interrupted.", e);
    } finally {
      process.destroyForcibly();
    }
    if (!ended) {
      throw new BadInputException(
          name
              + ": its first run, in a process of its own, had not ended after "
              + limit.toMillis() / 1000.0
              + " s.\nMaybe give it longer with --run-limit, if it is as large as that.");
    }
    String said = ChildProgram.said(folder);
    int code = process.exitValue();
    if (code == KILLED) {
      throw new EngineFaultException(
          name
              + ": its first run, in a process of its own, was killed (SIGKILL), as systems do with"
              + " what takes too much memory.\nMaybe leave it more memory, and give the same"
              + " command again.",
          null);
    }
    if (code > BY_SIGNAL) {
      throw new BadInputException(
          name
              + ": its first run, in a process of its own, crashed in native code ("
              + signal(code, said)
              + ", exit code "
              + code
              + "): the engine cannot run this model here.\n"
              + "Maybe convert it again with a newer converter, and report the model if that does"
              + " not help.");
    }
    if (!said.contains(GuardedRun.BEGUN)) {
      throw new IllegalStateException(
          name + ": its first run, in a process of its own, did not begin: " + said.strip());
    }
  }

  private static String signal(int code, String said) {
    Matcher reported = REPORTED.matcher(said);
    return reported.find()
        ? reported.group(1)
        : SIGNALS.getOrDefault(code - BY_SIGNAL, "signal " + (code - BY_SIGNAL));
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }
}
