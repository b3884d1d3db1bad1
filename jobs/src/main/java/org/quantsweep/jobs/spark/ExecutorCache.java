package org.quantsweep.jobs.spark;

import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.inference.Predictor;
import org.quantsweep.sweep.OptionEvaluator;

/**
 * What is open in one executor, by engine and digest, so that tasks on the same models open each
 * once. A few that no task uses are kept; those in use are never closed. These are the only
 * process-wide caches of the jobs: Spark gives tasks no other place that lasts.
 */
final class ExecutorCache<V extends AutoCloseable> {
  /** Candidates and references; each holds its weights in native memory. */
  static final ExecutorCache<Predictor> PREDICTORS = new ExecutorCache<>(5);

  /** Groups of options; each holds many parts of a network. */
  static final ExecutorCache<OptionEvaluator.Sessions> SESSIONS = new ExecutorCache<>(1);

  private record Key(String engine, Sha256Digest digest) {}

  private static final class Entry<V> {
    private final CompletableFuture<V> value = new CompletableFuture<>();
    private int users;
  }

  private final Map<Key, Entry<V>> entries = new LinkedHashMap<>(16, 0.75f, true);
  private final int most;

  /**
   * An empty one.
   *
   * @param idle how many are kept that no task uses
   */
  ExecutorCache(int idle) {
    this.most = idle;
  }

  /** What one task uses, until it closes it. */
  Lease lease(String engine) {
    return new Lease(engine);
  }

  /** What one task has in use. */
  final class Lease implements AutoCloseable {
    private final String engine;
    private final Map<Key, V> held = new HashMap<>();

    private Lease(String engine) {
      this.engine = engine;
    }

    /** What has this digest, opened by the first task that asks. */
    V get(Sha256Digest digest, Supplier<V> open) {
      return held.computeIfAbsent(new Key(engine, digest), key -> acquire(key, open));
    }

    @Override
    public void close() {
      held.keySet().forEach(ExecutorCache.this::release);
      held.clear();
    }
  }

  private V acquire(Key key, Supplier<V> open) {
    Entry<V> entry;
    boolean first;
    synchronized (this) {
      entry = entries.get(key);
      first = entry == null;
      if (first) {
        entry = new Entry<>();
        entries.put(key, entry);
      }
      entry.users++;
    }
    if (first) {
      try {
        entry.value.complete(open.get());
      } catch (RuntimeException | Error e) {
        synchronized (this) {
          entries.remove(key, entry);
        }
        // Errors too: who waits for this one would wait for ever.
        entry.value.completeExceptionally(e);
        throw e;
      }
    }
    return opened(entry);
  }

  /** What the first task opened; its failure is everybody's, as it was. */
  private static <V> V opened(Entry<V> entry) {
    try {
      return entry.value.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof RuntimeException failure) {
        throw failure;
      }
      if (e.getCause() instanceof Error failure) {
        throw failure;
      }
      throw e;
    }
  }

  private synchronized void release(Key key) {
    Entry<V> entry = entries.get(key);
    if (entry != null) {
      entry.users--;
    }
    int idle = 0;
    for (Entry<V> each : entries.values()) {
      idle += each.users == 0 ? 1 : 0;
    }
    Iterator<Entry<V>> oldest = entries.values().iterator();
    while (idle > most && oldest.hasNext()) {
      Entry<V> each = oldest.next();
      if (each.users == 0) {
        // No task uses it, so it was opened: nothing is waited for.
        close(each.value.join());
        oldest.remove();
        idle--;
      }
    }
  }

  private static void close(AutoCloseable value) {
    try {
      value.close();
    } catch (Exception e) {
      throw new IllegalStateException("what an executor had open could not be closed.", e);
    }
  }
}
