package org.quantsweep.jobs.cli;

import java.util.List;
import java.util.function.Supplier;
import org.quantsweep.UsageException;

/** What is wrong with the flags of a command, gathered so that all of it is told together. */
final class Problems {
  private Problems() {}

  /** The value; null where it cannot be read, and then the list says why. */
  static <T> T read(List<String> problems, Supplier<T> parse) {
    try {
      return parse.get();
    } catch (UsageException e) {
      problems.add(e.getMessage());
      return null;
    }
  }
}
