package org.quantsweep.jobs.guard;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.quantsweep.coreml.file.ModelReader;
import org.quantsweep.inference.InferenceEngine;
import org.quantsweep.inference.PredictionException;
import org.quantsweep.inference.engine.InferenceEngines;
import org.quantsweep.inference.onnx.FloatPrecision;
import org.quantsweep.inference.run.FirstRun;

/**
 * The other process's program: opens a model and runs it once. What goes wrong without a crash is
 * told by whoever opens the model next, in its own words; so it does not matter here.
 */
final class GuardedRun {
  /** What it says first, so that a process that never came so far is not taken for a run. */
  static final String BEGUN = "the first run has begun";

  private static final int ORPHANED = 1;

  private GuardedRun() {}

  /** What the program is given. */
  static List<String> arguments(String place, String function, FloatPrecision precision) {
    return List.of(place, function, precision.toString());
  }

  /** Takes the model's place, its function, and the precision. */
  @SuppressWarnings("SystemOut")
  public static void main(String[] arguments) {
    System.out.println(BEGUN);
    Thread parent = new Thread(GuardedRun::endWithParent, "parent");
    parent.setDaemon(true);
    parent.start();
    try {
      FloatPrecision precision = FloatPrecision.named(arguments[2]).orElseThrow();
      FirstRun.of(
          ModelReader.read(Path.of(arguments[0])).asFunction(arguments[1]),
          InferenceEngines.onnxRuntime(InferenceEngine.RUN_LIMIT, precision));
    } catch (PredictionException | RuntimeException | OutOfMemoryError e) {
      System.out.println(e);
    }
  }

  /** A run that hangs must not stay behind when the program that waits for it is gone. */
  private static void endWithParent() {
    try {
      while (System.in.read() >= 0) {
        // Nothing is ever sent: the end is what is waited for.
      }
    } catch (IOException e) {
      // The pipe is gone, and the parent with it.
    }
    Runtime.getRuntime().halt(ORPHANED);
  }
}
