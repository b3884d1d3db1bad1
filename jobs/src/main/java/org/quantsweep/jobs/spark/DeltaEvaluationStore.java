package org.quantsweep.jobs.spark;

import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.sample.SampleIndex;
import org.quantsweep.sweep.EvaluationKey;
import org.quantsweep.sweep.EvaluationStore;
import org.quantsweep.sweep.Evidence;
import org.quantsweep.sweep.ReferenceEvidence;

/**
 * Keeps evaluations in a Delta table: a row for each candidate and block of the sample set, with
 * one bit for each sample that was judged and one for each that agreed. Rows are only appended;
 * readers unite those of one key, so retries and a second writer do no harm. A thread of its own
 * commits what has come every {@code interval}: a kill loses at most the evaluations that arrived
 * since the commit before began. What a failed commit had goes into the next one. Many small files
 * are made few when the table is opened.
 */
public final class DeltaEvaluationStore implements EvaluationStore {
  /** How long evaluations may wait for their commit, unless the session says otherwise. */
  public static final Duration INTERVAL = Duration.ofSeconds(5);

  /** The session's setting of that, with its unit, for example {@code 30s}. */
  public static final String INTERVAL_SETTING = "spark.quantsweep.commitInterval";

  /** More files than these are compacted when the table is opened; each commit leaves one. */
  static final int MOST_FILES = 64;

  /** So many commits in a row may fail before the sweep does; each is tried with all rows. */
  private static final int MOST_FAILED_COMMITS = 5;

  private static final long PAUSE_MILLISECONDS = 200;
  private static final int BLOCK = 1024;
  private static final StructType SCHEMA =
      new StructType()
          .add("reference", DataTypes.StringType, false)
          .add("preparation", DataTypes.StringType, false)
          .add("criterion", DataTypes.StringType, false)
          .add("candidate", DataTypes.StringType, false)
          .add("block", DataTypes.StringType, false)
          .add("judged", DataTypes.BinaryType, false)
          .add("agreed", DataTypes.BinaryType, false)
          .add("difficulties", DataTypes.createArrayType(DataTypes.DoubleType, false), true)
          .add("failures", DataTypes.createArrayType(DataTypes.StringType, false), true);

  private final SparkSession spark;
  private final DeltaTableFile table;
  private final Map<Place, Evidence> pending = new LinkedHashMap<>();
  private final List<Row> pendingReferences = new ArrayList<>();
  private final Map<EvaluationKey, Known> known = new HashMap<>();
  private final Map<Sha256Digest, List<Block>> blocks = new HashMap<>();
  private final ScheduledExecutorService committer;
  private final Future<?> timer;
  private final Object commits = new Object();
  private RuntimeException failure;
  private boolean failureTold;
  private int failedCommits;

  /** Where a row of evidence belongs. */
  private record Place(EvaluationKey key, Sha256Digest candidate, String block) {}

  /** What was read of one key, by block, and what was appended since. */
  private static final class Known {
    private final Map<Sha256Digest, Map<String, Evidence>> candidates = new HashMap<>();
    private final Map<String, ReferenceEvidence> references = new HashMap<>();
  }

  /** On a table at a path, with the interval of the session. */
  public DeltaEvaluationStore(SparkSession spark, String path) {
    this(
        spark,
        path,
        Duration.ofMillis(
            spark.sparkContext().conf().getTimeAsMs(INTERVAL_SETTING, INTERVAL.toSeconds() + "s")));
  }

  /**
   * On a table at a path, which is made when it is missing.
   *
   * @param interval how long evaluations may wait for their commit
   */
  public DeltaEvaluationStore(SparkSession spark, String path, Duration interval) {
    this.spark = spark;
    this.table = new DeltaTableFile(spark, path, SCHEMA);
    this.committer =
        Executors.newSingleThreadScheduledExecutor(
            work -> {
              Thread thread = new Thread(work, "evaluations");
              thread.setDaemon(true);
              return thread;
            });
    long pause = Math.max(1, interval.toMillis());
    this.timer =
        committer.scheduleWithFixedDelay(this::commitNow, pause, pause, TimeUnit.MILLISECONDS);
  }

  /** Where the table lies. */
  public String path() {
    return table.path();
  }

  @Override
  public synchronized ReferenceEvidence loadReference(EvaluationKey key, SampleIndex samples) {
    ReferenceEvidence all = ReferenceEvidence.none();
    Known found = known(key);
    for (Block block : blocks(samples)) {
      ReferenceEvidence stored = found.references.get(block.digest());
      if (stored != null) {
        all = all.plus(shift(stored, block.start()));
      }
    }
    return all;
  }

  @Override
  public synchronized void appendReference(
      EvaluationKey key, SampleIndex samples, ReferenceEvidence evidence) {
    Known found = known(key);
    for (Block block : blocks(samples)) {
      TreeMap<Integer, Double> difficulties =
          new TreeMap<>(evidence.difficulties().subMap(block.start(), block.end()));
      TreeMap<Integer, String> failures =
          new TreeMap<>(evidence.failures().subMap(block.start(), block.end()));
      ReferenceEvidence own = shift(new ReferenceEvidence(difficulties, failures), -block.start());
      found.references.merge(block.digest(), own, ReferenceEvidence::plus);
      BitSet judged = new BitSet();
      own.difficulties().keySet().forEach(judged::set);
      BitSet failed = new BitSet();
      own.failures().keySet().forEach(failed::set);
      pendingReferences.add(
          RowFactory.create(
              key.reference().hex(),
              key.preparation().hex(),
              key.criterion(),
              key.reference().hex(),
              block.digest(),
              judged.toByteArray(),
              failed.toByteArray(),
              new ArrayList<>(own.difficulties().values()),
              new ArrayList<>(own.failures().values())));
    }
  }

  @Override
  public synchronized Map<Sha256Digest, Evidence> load(
      EvaluationKey key, SampleIndex samples, Collection<Sha256Digest> candidates) {
    Known found = known(key);
    List<Block> blocks = blocks(samples);
    Map<Sha256Digest, Evidence> loaded = new HashMap<>();
    for (Sha256Digest candidate : candidates) {
      Map<String, Evidence> stored = found.candidates.getOrDefault(candidate, Map.of());
      for (Block block : blocks) {
        Evidence evidence = stored.get(block.digest());
        if (evidence != null) {
          loaded.merge(candidate, shift(evidence, block.start(), block.end()), Evidence::plus);
        }
      }
    }
    return loaded;
  }

  @Override
  public synchronized void append(
      EvaluationKey key, SampleIndex samples, Map<Sha256Digest, Evidence> evidence) {
    tellFailure();
    Known found = known(key);
    new TreeMap<>(evidence)
        .forEach(
            (candidate, added) -> {
              Map<String, Evidence> stored =
                  found.candidates.computeIfAbsent(candidate, missing -> new HashMap<>());
              for (Block block : blocks(samples)) {
                append(new Place(key, candidate, block.digest()), block, added, stored);
              }
            });
  }

  /** Only what is not known yet becomes a row: tasks report as they end, and waves once more. */
  private void append(Place place, Block block, Evidence added, Map<String, Evidence> stored) {
    BitSet judged = added.judged().get(block.start(), block.end());
    BitSet agreed = added.agreed().get(block.start(), block.end());
    Evidence known = stored.getOrDefault(block.digest(), Evidence.none());
    judged.andNot(known.judged());
    agreed.and(judged);
    if (judged.isEmpty()) {
      return;
    }
    Evidence fresh = Evidence.of(judged, agreed);
    stored.put(block.digest(), known.plus(fresh));
    pending.merge(place, fresh, Evidence::plus);
  }

  @Override
  public void close() {
    // Not at once: an interrupted commit would leave its files behind.
    timer.cancel(false);
    committer.shutdown();
    awaitCommitter();
    commitLast();
    tellFailure();
  }

  /** Where commits failed so often already, they are not tried again. */
  private void commitLast() {
    tellFailure();
    while (failedCommits < MOST_FAILED_COMMITS) {
      try {
        commit();
        return;
      } catch (RuntimeException e) {
        failedCommits++;
        if (failedCommits >= MOST_FAILED_COMMITS || Thread.currentThread().isInterrupted()) {
          throw e;
        }
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(PAUSE_MILLISECONDS));
      }
    }
  }

  /** A commit that is on its way may still fail: then that is told, too. */
  private void awaitCommitter() {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          if (committer.awaitTermination(1, TimeUnit.HOURS)) {
            return;
          }
        } catch (InterruptedException e) {
          // The commit is not to be cut; whoever interrupts is heard after it.
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** A commit failed in its own thread: whoever comes next is told, once. */
  private synchronized void tellFailure() {
    if (failure != null && !failureTold) {
      failureTold = true;
      throw failure;
    }
  }

  private void commitNow() {
    try {
      commit();
      failedCommits = 0;
    } catch (RuntimeException e) {
      failedCommits++;
      if (failedCommits < MOST_FAILED_COMMITS) {
        // The rows are kept: the next commit has them.
        return;
      }
      synchronized (this) {
        failure = e;
      }
      committer.shutdown();
    }
  }

  private void commit() {
    synchronized (commits) {
      List<Row> references;
      Map<Place, Evidence> evidence;
      synchronized (this) {
        references = List.copyOf(pendingReferences);
        evidence = new LinkedHashMap<>(pending);
        pendingReferences.clear();
        pending.clear();
      }
      List<Row> rows = new ArrayList<>(references);
      evidence.forEach((place, judged) -> rows.add(row(place, judged)));
      if (!rows.isEmpty()) {
        try {
          // Outside of the lock on what is known: a wave's results do not wait for the disk.
          table.append(rows);
        } catch (RuntimeException e) {
          keep(references, evidence);
          throw e;
        }
      }
    }
  }

  /** What could not be stored waits for the next commit, before what came meanwhile. */
  private synchronized void keep(List<Row> references, Map<Place, Evidence> evidence) {
    pendingReferences.addAll(0, references);
    evidence.forEach((place, judged) -> pending.merge(place, judged, Evidence::plus));
  }

  private static Row row(Place place, Evidence evidence) {
    return RowFactory.create(
        place.key().reference().hex(),
        place.key().preparation().hex(),
        place.key().criterion(),
        place.candidate().hex(),
        place.block(),
        evidence.judged().toByteArray(),
        evidence.agreed().toByteArray(),
        null,
        null);
  }

  /** One read for each key: later questions are answered from memory. */
  private Known known(EvaluationKey key) {
    Known found = known.get(key);
    if (found != null) {
      return found;
    }
    Known read = new Known();
    boolean exists = table.exists();
    if (exists) {
      table.compact(MOST_FILES);
    }
    List<Row> rows =
        exists
            ? spark
                .read()
                .format("delta")
                .load(table.path())
                .where(
                    functions
                        .col("reference")
                        .equalTo(key.reference().hex())
                        .and(functions.col("preparation").equalTo(key.preparation().hex()))
                        .and(functions.col("criterion").equalTo(key.criterion())))
                .collectAsList()
            : List.of();
    for (Row row : rows) {
      BitSet judged = BitSet.valueOf((byte[]) row.getAs("judged"));
      BitSet agreed = BitSet.valueOf((byte[]) row.getAs("agreed"));
      String block = row.getAs("block");
      if (row.isNullAt(row.fieldIndex("difficulties"))) {
        read.candidates
            .computeIfAbsent(
                new Sha256Digest(row.<String>getAs("candidate")), missing -> new HashMap<>())
            .merge(block, Evidence.of(judged, agreed), Evidence::plus);
      } else {
        ReferenceEvidence evidence =
            new ReferenceEvidence(
                zip(judged, row.<Double>getList(row.fieldIndex("difficulties"))),
                zip(agreed, row.<String>getList(row.fieldIndex("failures"))));
        read.references.merge(block, evidence, ReferenceEvidence::plus);
      }
    }
    known.put(key, read);
    return read;
  }

  private static <T> NavigableMap<Integer, T> zip(BitSet places, List<T> values) {
    TreeMap<Integer, T> zipped = new TreeMap<>();
    int next = 0;
    for (int place = places.nextSetBit(0); place >= 0; place = places.nextSetBit(place + 1)) {
      zipped.put(place, values.get(next++));
    }
    return zipped;
  }

  /** Consecutive ranks of a sample set under the digest of their samples. */
  private record Block(int start, int end, String digest) {}

  private List<Block> blocks(SampleIndex samples) {
    return blocks.computeIfAbsent(samples.setDigest(), missing -> cut(samples));
  }

  private static List<Block> cut(SampleIndex samples) {
    List<Block> blocks = new ArrayList<>();
    for (int start = 0; start < samples.size(); start += BLOCK) {
      int end = Math.min(samples.size(), start + BLOCK);
      Sha256Digest.Builder digest = new Sha256Digest.Builder();
      for (int rank = start; rank < end; rank++) {
        digest.field("sample", samples.digest(rank).hex());
      }
      blocks.add(new Block(start, end, digest.build().hex()));
    }
    return blocks;
  }

  private static ReferenceEvidence shift(ReferenceEvidence evidence, int by) {
    TreeMap<Integer, Double> difficulties = new TreeMap<>();
    evidence.difficulties().forEach((rank, value) -> difficulties.put(rank + by, value));
    TreeMap<Integer, String> failures = new TreeMap<>();
    evidence.failures().forEach((rank, reason) -> failures.put(rank + by, reason));
    return new ReferenceEvidence(difficulties, failures);
  }

  private static Evidence shift(Evidence evidence, int start, int end) {
    BitSet judged = new BitSet();
    BitSet agreed = new BitSet();
    for (int rank = start; rank < end; rank++) {
      judged.set(rank, evidence.isJudged(rank - start));
      agreed.set(rank, evidence.isAgreed(rank - start));
    }
    return Evidence.of(judged, agreed);
  }
}
