package org.quantsweep.jobs.spark;

import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
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
 * one bit for each sample that was judged and one for each that agreed. Further rows hold what the
 * reference answers in a block, and which samples a block holds. Rows are only appended; readers
 * unite those of one key, so retries and a second writer do no harm. A thread of its own commits
 * what has come every {@code interval}: a kill loses at most the evaluations that arrived since the
 * commit before began. What a failed commit had goes into the next one. Many small files are made
 * few when the table is opened.
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

  /** So many blocks of the reference make a commit: their rows are made when they are written. */
  private static final int BLOCKS_OF_A_COMMIT = 2048;

  static final StructType SCHEMA =
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

  private final DeltaTableFile table;
  private final Map<Place, Evidence> pending = new LinkedHashMap<>();
  private final List<PendingBlock> pendingBlocks = new ArrayList<>();
  private final Map<Asked, KnownEvidence> known = new HashMap<>();
  private final ScheduledExecutorService committer;
  private final Future<?> timer;
  private final Object commits = new Object();
  private RuntimeException failure;
  private boolean failureTold;
  private int failedCommits;

  /** Where a row of evidence belongs. */
  private record Place(EvaluationKey key, Sha256Digest candidate, String block) {}

  /** What was asked for: a sample set, by its digest, under a key. */
  private record Asked(EvaluationKey key, Sha256Digest samples) {}

  /**
   * A block that is to be listed.
   *
   * @param reference what the reference answers on the whole set; nothing where it is known
   */
  private record PendingBlock(
      EvaluationKey key, SampleBlocks blocks, int block, ReferenceEvidence reference) {
    List<Row> rows() {
      List<Row> rows = new ArrayList<>();
      String id = blocks.id(block);
      rows.add(row("", "", KnownEvidence.BLOCKS, "", id, blocks.listed(block), new byte[0]));
      if (reference.isEmpty()) {
        return rows;
      }
      ReferenceEvidence own = reference.part(blocks.first(block), blocks.end(block));
      BitSet answered = own.answered();
      BitSet failed = new BitSet();
      own.failures().keySet().forEach(failed::set);
      rows.add(
          RowFactory.create(
              key.reference().hex(),
              key.preparation().hex(),
              key.criterion(),
              key.reference().hex(),
              id,
              answered.toByteArray(),
              failed.toByteArray(),
              answered.stream().mapToObj(own::difficulty).toList(),
              new ArrayList<>(own.failures().values())));
      BitSet labelled = LabelBytes.places(own);
      if (!labelled.isEmpty()) {
        rows.add(
            row(
                key.reference().hex(),
                key.preparation().hex(),
                key.criterion() + KnownEvidence.LABELS,
                key.reference().hex(),
                id,
                labelled.toByteArray(),
                LabelBytes.write(own, labelled)));
      }
      return rows;
    }

    /** One that is no evidence of a candidate. */
    private static Row row(
        String reference,
        String preparation,
        String criterion,
        String candidate,
        String block,
        byte[] first,
        byte[] second) {
      return RowFactory.create(
          reference, preparation, criterion, candidate, block, first, second, List.of(), List.of());
    }
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
    return known(key, samples).reference();
  }

  @Override
  public synchronized void appendReference(
      EvaluationKey key, SampleIndex samples, ReferenceEvidence evidence) {
    tellFailure();
    KnownEvidence found = known(key, samples);
    SampleBlocks blocks = found.blocks();
    found.add(evidence);
    int rank = evidence.next(0);
    while (rank >= 0) {
      int block = blocks.of(rank);
      found.list(block);
      pendingBlocks.add(new PendingBlock(key, blocks, block, evidence));
      rank = evidence.next(blocks.end(block));
    }
  }

  @Override
  public synchronized Map<Sha256Digest, Evidence> load(
      EvaluationKey key, SampleIndex samples, Collection<Sha256Digest> candidates) {
    return known(key, samples).of(candidates);
  }

  /** Only what is not known yet becomes a row: tasks report as they end, and waves once more. */
  @Override
  public synchronized void append(
      EvaluationKey key, SampleIndex samples, Map<Sha256Digest, Evidence> evidence) {
    tellFailure();
    KnownEvidence found = known(key, samples);
    SampleBlocks blocks = found.blocks();
    new TreeMap<>(evidence)
        .forEach(
            (candidate, added) -> {
              Evidence fresh = found.add(candidate, added);
              int rank = fresh.nextJudged(0);
              while (rank >= 0) {
                int block = blocks.of(rank);
                Evidence own = fresh.part(blocks.first(block), blocks.end(block));
                pending.merge(new Place(key, candidate, blocks.id(block)), own, Evidence::plus);
                if (found.list(block)) {
                  pendingBlocks.add(new PendingBlock(key, blocks, block, ReferenceEvidence.none()));
                }
                rank = fresh.nextJudged(blocks.end(block));
              }
            });
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
      List<PendingBlock> blocks;
      Map<Place, Evidence> evidence;
      synchronized (this) {
        blocks = List.copyOf(pendingBlocks);
        evidence = new LinkedHashMap<>(pending);
        pendingBlocks.clear();
        pending.clear();
      }
      int written = 0;
      try {
        // Outside of the lock on what is known: a wave's results do not wait for the disk.
        while (written < blocks.size() || !evidence.isEmpty()) {
          int end = Math.min(blocks.size(), written + BLOCKS_OF_A_COMMIT);
          List<Row> rows = new ArrayList<>();
          blocks.subList(written, end).forEach(block -> rows.addAll(block.rows()));
          boolean last = end == blocks.size();
          if (last) {
            evidence.forEach((place, judged) -> rows.add(row(place, judged)));
          }
          table.append(rows);
          written = end;
          if (last) {
            return;
          }
        }
      } catch (RuntimeException e) {
        keep(blocks.subList(written, blocks.size()), evidence);
        throw e;
      }
    }
  }

  /** What could not be stored waits for the next commit, before what came meanwhile. */
  private synchronized void keep(List<PendingBlock> blocks, Map<Place, Evidence> evidence) {
    pendingBlocks.addAll(0, blocks);
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

  /** One read for each set and key: later questions are answered from memory. */
  private KnownEvidence known(EvaluationKey key, SampleIndex samples) {
    return known.computeIfAbsent(
        new Asked(key, samples.setDigest()),
        missing -> {
          KnownEvidence found = new KnownEvidence(samples);
          if (table.exists()) {
            table.compact(MOST_FILES);
            table.rows().ifPresent(rows -> found.read(rows, key));
          }
          return found;
        });
  }
}
