package org.quantsweep.datasets.numpy;

import org.quantsweep.BadInputException;

/**
 * How much memory a file may expand to. A task has its share of half of the heap, one task a
 * processor. A limit of a machine is no reason to quarantine a sample, so what is beyond it ends
 * the command.
 */
final class TaskMemory {
  /** However many processors there are. */
  private static final long LEAST = 64L << 20;

  private TaskMemory() {}

  /**
   * Refuses what a task cannot hold.
   *
   * @throws BadInputException when that is so
   */
  static void require(long bytes) {
    Runtime machine = Runtime.getRuntime();
    require(bytes, Math.max(LEAST, machine.maxMemory() / 2 / machine.availableProcessors()));
  }

  static void require(long bytes, long most) {
    if (bytes > most) {
      throw new BadInputException(
          "the arrays of a file need "
              + bytes
              + " bytes or more, but a task has "
              + most
              + " for them.\nMaybe give more memory, for example with"
              + " QUANTSWEEP_JAVA_OPTIONS=-Xmx8g, or leave the file out.");
    }
  }
}
