package org.quantsweep.benchmark;

import java.util.HashMap;
import java.util.Map;
import org.quantsweep.search.SearchListener;

/** How long the phases of a sweep take; one that is left for another goes on later. */
final class PhaseClock implements SearchListener {
  private final Map<String, Long> nanoseconds = new HashMap<>();
  private String phase = "";
  private long started = System.nanoTime();

  @Override
  public synchronized void phaseStarted(String next, long inferences) {
    enter(next);
  }

  @Override
  public synchronized void phaseResumed(String next) {
    enter(next);
  }

  @Override
  public synchronized void phaseAdvanced(String advanced, String unit, long done, long of) {
    enter(advanced);
  }

  private void enter(String next) {
    end();
    phase = next;
  }

  /** Seconds of a phase; 0 when there was none. */
  synchronized double seconds(String name) {
    end();
    return nanoseconds.getOrDefault(name, 0L) * 1e-9;
  }

  private void end() {
    long now = System.nanoTime();
    nanoseconds.merge(phase, now - started, Long::sum);
    started = now;
  }
}
