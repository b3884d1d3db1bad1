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
import java.util.stream.Stream;
import org.quantsweep.BadInputException;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.coreml.ModelFormat;
import org.quantsweep.inference.EngineFaultException;
import org.quantsweep.inference.onnx.FloatPrecision;
import org.quantsweep.jobs.files.LocalStorage;

/**
 * Has a model opened and run once by another process, and refuses one that crashes it or does not
 * come to an end there: native code would take this process along.
 */
final class FirstRunGuard implements Serializable {
  private static final long serialVersionUID = 1L;

  /** How its folders begin: with this process's number, so that others' are not taken for ours. */
  static final String FOLDER = "quantsweep-first-run-" + ProcessHandle.current().pid() + "-";

  private static final Duration LAST_BREATH = Duration.ofSeconds(10);

  private final Duration limit;
  private final FloatPrecision precision;
  private final ChildProgram program;

  /**
   * A guard of models that then run in a precision.
   *
   * @param limit how long opening and running may take together, more than 0
   */
  FirstRunGuard(Duration limit, FloatPrecision precision) {
    this(limit, precision, new ChildProgram(GuardedRun.class));
  }

  FirstRunGuard(Duration limit, ChildProgram program) {
    this(limit, FloatPrecision.FLOAT32, program);
  }

  private FirstRunGuard(Duration limit, FloatPrecision precision, ChildProgram program) {
    this.limit = limit;
    this.precision = precision;
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
      Path folder = Files.createTempDirectory(FOLDER);
      try {
        ModelFormat format = formatOfFiles(model);
        Path file = folder.resolve(format.fileName("model"));
        new LocalStorage().write(file.toString(), format.encode(Map.of()));
        run(model, folder, file);
      } finally {
        delete(folder);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(
          model.name() + ": its first run needs a process of its own, and none can be started.", e);
    }
  }

  /** A pipeline's own format lacks its programs' weights; a program's has the whole package. */
  private static ModelFormat formatOfFiles(CoreMLModel model) {
    return model.stages().stream()
        .map(CoreMLModel::format)
        .filter(format -> !format.functions().isEmpty())
        .findFirst()
        .orElse(model.format());
  }

  private void run(CoreMLModel model, Path folder, Path file) throws IOException {
    String name = model.name();
    Process process =
        program.start(folder, GuardedRun.arguments(file.toString(), model.function(), precision));
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
    requireHarmless(name, new ChildEnd(process.exitValue(), ChildProgram.said(folder)));
  }

  private static void requireHarmless(String name, ChildEnd end) {
    String run = name + ": its first run, in a process of its own, ";
    if (end.isOutOfMemory()) {
      throw new EngineFaultException(
          run
              + "was ended for lack of memory, as it seems.\n"
              + "Maybe leave it more memory, and give the same command again.",
          null);
    }
    if (end.crash().isPresent()) {
      throw new BadInputException(
          run
              + "crashed in native code ("
              + end.crash().get()
              + "): the engine cannot run this model here.\n"
              + "Maybe convert it again with a newer converter, and report the model if that does"
              + " not help.");
    }
    if (end.isEnded()) {
      throw new EngineFaultException(
          run
              + "was ended by a signal (exit code "
              + end.code()
              + ") before it was through.\nMaybe give the same command again.",
          null);
    }
    if (!end.said().contains(GuardedRun.BEGUN)) {
      throw new IllegalStateException(run + "did not begin: " + end.said().strip());
    }
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }
}
