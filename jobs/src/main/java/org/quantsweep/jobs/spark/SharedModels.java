package org.quantsweep.jobs.spark;

import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.spark.api.java.JavaSparkContext;
import org.quantsweep.artifact.ModelFiles;
import org.quantsweep.digest.Sha256Digest;

/**
 * The models that a sweep has sent to executors. Each is sent once and stays for later waves, and
 * for other parts of the samples; of those that no wave uses the least recently used go where they
 * are too large together.
 */
public final class SharedModels implements AutoCloseable {
  /** Models of so many bytes together stay although no wave uses them. */
  static final long MOST_BYTES = 1L << 30;

  private final JavaSparkContext spark;
  private final String folder;
  private final long mostBytes;
  private final Map<Sha256Digest, Entry> shared = new LinkedHashMap<>(16, 0.75f, true);
  private int sharers;

  private static final class Entry {
    private final SharedModel model;
    private final long bytes;
    private int users;

    Entry(SharedModel model, long bytes) {
      this.model = model;
      this.bytes = bytes;
    }
  }

  /**
   * None yet.
   *
   * @param folder of models that are too large for a broadcast
   */
  public SharedModels(JavaSparkContext spark, String folder) {
    this(spark, folder, MOST_BYTES);
  }

  /** With a limit of one's own. */
  SharedModels(JavaSparkContext spark, String folder, long mostBytes) {
    this.spark = spark;
    this.folder = folder;
    this.mostBytes = mostBytes;
  }

  /** Sends a model unless it was sent; it stays at least until it is given back. */
  synchronized SharedModel take(ModelFiles model) {
    Entry entry = shared.get(model.digest());
    if (entry == null) {
      entry = new Entry(SharedModel.share(spark, model, folder), model.size().bytes());
      shared.put(model.digest(), entry);
    }
    entry.users++;
    return entry.model;
  }

  /** Sends what some tasks need. */
  synchronized Map<Sha256Digest, SharedModel> take(Map<Sha256Digest, ModelFiles> models) {
    Map<Sha256Digest, SharedModel> taken = new HashMap<>();
    models.forEach((digest, model) -> taken.put(digest, take(model)));
    return taken;
  }

  /** Gives a model back, once for each time that it was taken. */
  synchronized void giveBack(Sha256Digest digest) {
    shared.get(digest).users--;
    long bytes = 0;
    for (Entry entry : shared.values()) {
      bytes += entry.bytes;
    }
    Iterator<Entry> oldest = shared.values().iterator();
    while (bytes > mostBytes && oldest.hasNext()) {
      Entry entry = oldest.next();
      if (entry.users == 0) {
        entry.model.close();
        oldest.remove();
        bytes -= entry.bytes;
      }
    }
  }

  /** How many are with the executors. */
  synchronized int size() {
    return shared.size();
  }

  /** One more uses these models, until it calls {@link #close}. */
  synchronized SharedModels join() {
    sharers++;
    return this;
  }

  /** The last one that leaves takes the models back from executors. */
  @Override
  public synchronized void close() {
    if (--sharers > 0) {
      return;
    }
    shared.values().forEach(entry -> entry.model.close());
    shared.clear();
  }
}
