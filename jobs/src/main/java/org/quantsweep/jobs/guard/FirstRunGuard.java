package org.quantsweep.jobs.guard;

import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
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

  /** How a JVM begins the report of a crash, after which it ends with an ordinary exit code. */
  private static final Pattern CRASH =
      Pattern.compile(
          "# A fatal error has been detected by the Java Runtime.*?(SIG[A-Z]+)", Pattern.DOTALL);

  private static final String MEMORY_IS_OUT = "# There is insufficient memory for the Java Runtime";

  private static final Map<Integer, String> SIGNALS =
      Map.of(
          4, "SIGILL", 6, "SIGABRT", 7, "SIGBUS", 8, "SIGFPE", 11, "SIGSEGV", 15, "SIGTERM", 24,
          "SIGXCPU", 25, "SIGXFSZ", 31, "SIGSYS");

  private static final Duration LAST_BREATH = Duration.ofSeconds(10);

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
   * @throws EngineFaultException when it was killed or had no memory, as where a system is short of
   *     it
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
      process.destroyForcibly().waitFor(LAST_BREATH.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
      throw new IllegalStateException("the first run of a model was interrupted.", e);
    }
    if (!ended) {
      throw new BadInputException(
          name
              + ": its first run, in a process of its own, had not ended after "
              + limit.toMillis() / 1000.0
              + " s.\nMaybe give it longer with --run-limit, if it is as large as that.");
    }
    String said = ChildProgram.said(folder);
    if (process.exitValue() == KILLED || said.contains(MEMORY_IS_OUT)) {
      throw new EngineFaultException(
          name
              + ": its first run, in a process of its own, was ended for lack of memory, as it"
              + " seems.\nMaybe leave it more memory, and give the same command again.",
          null);
    }
    Optional<String> signal = signal(process.exitValue(), said);
    if (signal.isPresent()) {
      throw new BadInputException(
          name
              + ": its first run, in a process of its own, crashed in native code ("
              + signal.get()
              + "): the engine cannot run this model here.\n"
              + "Maybe convert it again with a newer converter, and report the model if that does"
              + " not help.");
    }
    if (!said.contains(GuardedRun.BEGUN)) {
      throw new IllegalStateException(
          name + ": its first run, in a process of its own, did not begin: " + said.strip());
    }
  }

  /** The signal that ended the process; empty where none did. */
  private static Optional<String> signal(int code, String said) {
    Matcher reported = CRASH.matcher(said);
    if (reported.find()) {
      return Optional.of(reported.group(1));
    }
    int number = code - BY_SIGNAL;
    return number > 0
        ? Optional.of(SIGNALS.getOrDefault(number, "signal " + number))
        : Optional.empty();
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }
}
