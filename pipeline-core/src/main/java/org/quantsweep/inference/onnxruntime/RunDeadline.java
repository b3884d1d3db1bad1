package org.quantsweep.inference.onnxruntime;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Ends a run that goes on for too long. The engine looks between two nodes whether it is to end; it
 * does not leave a node that it is in.
 */
final class RunDeadline implements AutoCloseable {
  private final OrtSession.RunOptions options;
  private final CompletableFuture<Void> run = new CompletableFuture<>();

  /** Done once nobody touches the options any more. */
  private final CompletableFuture<Void> watched;

  private volatile boolean passed;

  /** Counts from now. */
  RunDeadline(Duration limit) throws OrtException {
    options = new OrtSession.RunOptions();
    watched =
        run.orTimeout(limit.toNanos(), TimeUnit.NANOSECONDS)
            .handle(
                (done, late) -> {
                  if (late != null) {
                    pass();
                  }
                  return null;
                });
  }

  /** What the run is given. */
  OrtSession.RunOptions options() {
    return options;
  }

  /** Whether the run was told to end. */
  boolean hasPassed() {
    return passed;
  }

  private void pass() {
    passed = true;
    try {
      options.setTerminate(true);
    } catch (OrtException e) {
      // Then the run goes on to its own end.
      passed = false;
    }
  }

  @Override
  public void close() {
    run.complete(null);
    watched.join();
    options.close();
  }
}
