package org.quantsweep.jobs.cli;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * The command line in a process of its own, but that a sweep waits where it begins to measure
 * sensitivities until it is told to stop: however fast the machine is, Ctrl-C comes in its middle.
 */
final class SweepThatWaits {
  /** What stands in the line of progress at which it waits. */
  static final String PLACE = ": sensitivities";

  private static final long LONGEST_MINUTES = 4;

  private SweepThatWaits() {}

  /** Takes what the command line takes. */
  public static void main(String[] arguments) {
    PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
    int code = QuantSweep.run(out, new WaitingWriter(), arguments);
    System.exit(code);
  }

  private static final class WaitingWriter extends PrintWriter {
    private final CountDownLatch told = new CountDownLatch(1);

    WaitingWriter() {
      super(System.err, true, StandardCharsets.UTF_8);
    }

    @Override
    public void println(String line) {
      super.println(line);
      if (line.startsWith("stopping")) {
        told.countDown();
      } else if (line.contains(PLACE)) {
        awaitStop();
      }
    }

    private void awaitStop() {
      try {
        if (!told.await(LONGEST_MINUTES, TimeUnit.MINUTES)) {
          super.println("nobody stopped this");
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
