package org.quantsweep.jobs.cli;

import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * How long each phase has taken. One that is left for another goes on later where it stopped, so
 * that the time left of a stage in several parts does not begin again.
 */
final class PhaseClocks {
  private final LongSupplier nanoseconds;
  private final Map<String, Long> taken = new HashMap<>();
  private String current;
  private long since;

  /** By a clock that only goes forward; a first phase begins at once. */
  PhaseClocks(LongSupplier nanoseconds, String first) {
    this.nanoseconds = nanoseconds;
    this.current = first;
    this.since = nanoseconds.getAsLong();
  }

  /** A phase begins, or goes on; the one before stops. */
  void enter(String phase) {
    long now = nanoseconds.getAsLong();
    taken.merge(current, now - since, Long::sum);
    current = phase;
    since = now;
  }

  /** A phase begins anew. */
  void restart(String phase) {
    enter(phase);
    taken.remove(phase);
  }

  String current() {
    return current;
  }

  /** Of the current phase. */
  double seconds() {
    return (taken.getOrDefault(current, 0L) + nanoseconds.getAsLong() - since) * 1e-9;
  }
}
