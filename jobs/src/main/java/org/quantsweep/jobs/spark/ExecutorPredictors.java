package org.quantsweep.jobs.spark;

import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.inference.Predictor;

/**
 * The open predictors of one executor, by engine and model digest, so that tasks on the same models
 * open each once. At most {@link #IDLE} that no task uses are kept; those in use are never closed.
 * This is the one process-wide cache of the jobs: Spark gives tasks no other place that lasts.
 */
final class ExecutorPredictors {
  /** Predictors that are kept although no task uses them. */
  static final int IDLE = 16;

  private static final ExecutorPredictors SHARED = new ExecutorPredictors();

  private record Key(String engine, Sha256Digest model) {}

  private static final class Entry {
    private final CompletableFuture<Predictor> predictor = new CompletableFuture<>();
    private int users;
  }

  private final Map<Key, Entry> entries = new LinkedHashMap<>(16, 0.75f, true);

  private ExecutorPredictors() {}

  static ExecutorPredictors shared() {
    return SHARED;
  }

  /** The predictors that one task uses, until it closes them. */
  Lease lease(String engine) {
    return new Lease(engine);
  }

  /** What one task has in use. */
  final class Lease implements AutoCloseable {
    private final String engine;
    private final Map<Key, Predictor> held = new HashMap<>();

    private Lease(String engine) {
      this.engine = engine;
    }

    /** The predictor of a model, opened by the first task that asks. */
    Predictor get(Sha256Digest model, Supplier<Predictor> open) {
      return held.computeIfAbsent(new Key(engine, model), key -> acquire(key, open));
    }

    @Override
    public void close() {
      held.keySet().forEach(ExecutorPredictors.this::release);
      held.clear();
    }
  }

  private Predictor acquire(Key key, Supplier<Predictor> open) {
    Entry entry;
    boolean first;
    synchronized (this) {
      entry = entries.get(key);
      first = entry == null;
      if (first) {
        entry = new Entry();
        entries.put(key, entry);
      }
      entry.users++;
    }
    if (first) {
      try {
        entry.predictor.complete(open.get());
      } catch (RuntimeException e) {
        entry.predictor.completeExceptionally(e);
        synchronized (this) {
          entries.remove(key);
        }
        throw e;
      }
    }
    return entry.predictor.join();
  }

  private synchronized void release(Key key) {
    Entry entry = entries.get(key);
    if (entry != null) {
      entry.users--;
    }
    int idle = 0;
    for (Entry each : entries.values()) {
      idle += each.users == 0 ? 1 : 0;
    }
    Iterator<Entry> oldest = entries.values().iterator();
    while (idle > IDLE && oldest.hasNext()) {
      Entry each = oldest.next();
      if (each.users == 0) {
        // No task uses it, so it was opened: nothing is waited for.
        each.predictor.join().close();
        oldest.remove();
        idle--;
      }
    }
  }
}
