package org.quantsweep.jobs.spark;

import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
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
 * readers unite those of one key, so retries and a second writer do no harm. Commits are batched: a
 * kill loses at most the evaluations of the last {@code interval}.
 */
public final class DeltaEvaluationStore implements EvaluationStore {
  /** How long evaluations may wait for their commit. */
  public static final Duration INTERVAL = Duration.ofSeconds(5);

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
  private final Duration interval;
  private final List<Row> pending = new ArrayList<>();
  private final Map<EvaluationKey, Known> known = new HashMap<>();
  private long lastCommit = System.nanoTime();

  /** What was read of one key, by block, and what was appended since. */
  private static final class Known {
    private final Map<Sha256Digest, Map<String, Evidence>> candidates = new HashMap<>();
    private final Map<String, ReferenceEvidence> references = new HashMap<>();
  }

  /**
   * On a table at a path, which is made when it is missing.
   *
   * @param interval how long evaluations may wait for their commit
   */
  public DeltaEvaluationStore(SparkSession spark, String path, Duration interval) {
    this.spark = spark;
    this.interval = interval;
    this.table = new DeltaTableFile(spark, path, SCHEMA);
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
      add(
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
    Known found = known(key);
    List<Block> blocks = blocks(samples);
    new TreeMap<>(evidence)
        .forEach(
            (candidate, added) -> {
              for (Block block : blocks) {
                BitSet judged = added.judged().get(block.start(), block.end());
                BitSet agreed = added.agreed().get(block.start(), block.end());
                if (judged.isEmpty()) {
                  continue;
                }
                found
                    .candidates
                    .computeIfAbsent(candidate, missing -> new HashMap<>())
                    .merge(block.digest(), Evidence.of(judged, agreed), Evidence::plus);
                add(
                    RowFactory.create(
                        key.reference().hex(),
                        key.preparation().hex(),
                        key.criterion(),
                        candidate.hex(),
                        block.digest(),
                        judged.toByteArray(),
                        agreed.toByteArray(),
                        null,
                        null));
              }
            });
    if (System.nanoTime() - lastCommit >= interval.toNanos()) {
      commit();
    }
  }

  @Override
  public synchronized void close() {
    commit();
  }

  private void add(Row row) {
    pending.add(row);
  }

  private void commit() {
    if (!pending.isEmpty()) {
      table.append(pending);
      pending.clear();
    }
    lastCommit = System.nanoTime();
  }

  /** One read for each key: later questions are answered from memory. */
  private Known known(EvaluationKey key) {
    Known found = known.get(key);
    if (found != null) {
      return found;
    }
    Known read = new Known();
    List<Row> rows =
        table.exists()
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

  private static List<Block> blocks(SampleIndex samples) {
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
