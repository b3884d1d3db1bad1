package org.quantsweep.jobs.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quantsweep.BadInputException;
import org.quantsweep.agreement.TopLabels;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.quantize.Scheme;
import org.quantsweep.sample.SampleIndex;
import org.quantsweep.sample.ShardId;
import org.quantsweep.sweep.EvaluationKey;
import org.quantsweep.sweep.Evidence;
import org.quantsweep.sweep.ReferenceEvidence;
import org.quantsweep.sweep.Sensitivity;
import org.quantsweep.sweep.TensorOption;
import org.quantsweep.tensor.Shape;

/** Evaluations in Delta: what was written is read, once, whoever wrote it and however often. */
class DeltaEvaluationStoreIT {
  private static final Duration NEVER = Duration.ofHours(1);
  private static final Duration LONGEST = Duration.ofMinutes(4);
  private static final Sha256Digest CANDIDATE = digest("candidate");

  @TempDir static Path folder;

  private static SparkSession spark;

  @BeforeAll
  static void open() {
    spark = SparkSessions.open("test", "local[2]");
  }

  @AfterAll
  static void close() {
    spark.stop();
  }

  @Test
  void whatWasWrittenIsReadByTheNextProcessBlockByBlock() {
    String table = folder.resolve("round-trip").toString();
    SampleIndex samples = samples(2500);
    TreeMap<Integer, Double> difficulties = new TreeMap<>();
    for (int rank = 0; rank < 2500; rank++) {
      if (rank != 1030) {
        difficulties.put(rank, 1.0 / (rank + 1));
      }
    }
    ReferenceEvidence reference =
        ReferenceEvidence.of(difficulties, new TreeMap<>(Map.of(1030, "b.jpg: broken")));
    Evidence evidence = evidence(0, 2500, 3);
    try (DeltaEvaluationStore store = store(table)) {
      assertThat(store.load(key("top-1"), samples, List.of(CANDIDATE))).isEmpty();
      store.appendReference(key("top-1"), samples, reference);
      store.append(key("top-1"), samples, Map.of(CANDIDATE, evidence));
    }

    try (DeltaEvaluationStore store = store(table)) {
      assertThat(store.loadReference(key("top-1"), samples)).isEqualTo(reference);
      assertThat(store.load(key("top-1"), samples, List.of(CANDIDATE, digest("other"))))
          .isEqualTo(Map.of(CANDIDATE, evidence));
      assertThat(store.load(key("top-k:3"), samples, List.of(CANDIDATE))).isEmpty();
    }
    // 16 blocks of the reference, 16 of the candidate, 16 lists of what these hold.
    assertThat(spark.read().format("delta").load(table).count()).isEqualTo(48);
  }

  /** As tasks of the reference's pass hand over what they found, in whatever order they end. */
  @Test
  void theReferenceIsStoredBlockByBlock() {
    String table = folder.resolve("reference-in-parts").toString();
    SampleIndex samples = samples(2500);
    ReferenceEvidence.Union all = new ReferenceEvidence.Union();
    try (DeltaEvaluationStore store = store(table)) {
      assertThat(store.loadReference(key("top-1"), samples).isEmpty()).isTrue();
      for (int shard = samples.shards() - 1; shard >= 0; shard--) {
        ReferenceEvidence.Union part = new ReferenceEvidence.Union();
        for (int rank = samples.first(new ShardId(shard));
            rank < samples.end(new ShardId(shard));
            rank++) {
          if (rank % 7 == 0) {
            part.failure(rank, rank + ".jpg: broken");
          } else {
            part.answer(rank, 1.0 / (rank + 1));
          }
        }
        all.add(part.united());
        store.appendReference(key("top-1"), samples, part.united());
        assertThat(store.loadReference(key("top-1"), samples)).isEqualTo(all.united());
      }
      assertThat(store.loadReference(key("top-1"), samples).covers(samples)).isTrue();
    }
    try (DeltaEvaluationStore store = store(table)) {
      assertThat(store.loadReference(key("top-1"), samples)).isEqualTo(all.united());
    }
    // A row and a list for each block.
    assertThat(spark.read().format("delta").load(table).count()).isEqualTo(2L * samples.shards());
  }

  @Test
  void whatIsKnownIsNotWrittenAgain() {
    String table = folder.resolve("known").toString();
    SampleIndex samples = samples(100);
    try (DeltaEvaluationStore store = store(table)) {
      store.append(key("top-1"), samples, Map.of(CANDIDATE, evidence(0, 40, 2)));
      store.append(key("top-1"), samples, Map.of(CANDIDATE, evidence(0, 40, 2)));
      store.append(key("top-1"), samples, Map.of(CANDIDATE, evidence(0, 60, 2)));
    }
    try (DeltaEvaluationStore store = store(table)) {
      store.append(key("top-1"), samples, Map.of(CANDIDATE, evidence(0, 60, 2)));
    }
    long blocks = samples.shard(59).number() + 1L;
    assertThat(spark.read().format("delta").load(table).where("criterion = 'top-1'").count())
        .isEqualTo(blocks);
    assertThat(spark.read().format("delta").load(table).where("criterion = 'blocks'").count())
        .isEqualTo(blocks);
  }

  @Test
  void whatIsKnownOfASetIsKnownOnceItHasGrown() {
    String table = folder.resolve("grown").toString();
    SampleIndex before = samples(900);
    // So large that shards are halved twice.
    SampleIndex after = samples(15_000);
    assertThat(after.shards()).isEqualTo(4 * before.shards());
    TopLabels.Form form = new TopLabels.Form(List.of("p"), List.of(Shape.of(10)));
    ReferenceEvidence.Union reference = new ReferenceEvidence.Union();
    ReferenceEvidence.Union grown = new ReferenceEvidence.Union();
    BitSet judged = new BitSet();
    BitSet agreed = new BitSet();
    for (int rank = 0; rank < 900; rank++) {
      Optional<TopLabels> top = Optional.of(new TopLabels(form, new int[] {rank % 10}));
      int other = after.rank(before.digest(rank));
      reference.answer(rank, rank / 16.0);
      reference.label(rank, top);
      grown.answer(other, rank / 16.0);
      grown.label(other, top);
      judged.set(other);
      agreed.set(other, rank % 3 == 0);
    }
    try (DeltaEvaluationStore store = store(table)) {
      store.appendReference(key("top-1"), before, reference.united());
      store.append(key("top-1"), before, Map.of(CANDIDATE, evidence(0, 900, 3)));
    }
    try (DeltaEvaluationStore store = store(table)) {
      ReferenceEvidence read = store.loadReference(key("top-1"), after);
      assertThat(read).isEqualTo(grown.united());
      assertThat(read.covers(after)).isFalse();
      assertThat(store.load(key("top-1"), after, List.of(CANDIDATE)))
          .isEqualTo(Map.of(CANDIDATE, Evidence.of(judged, agreed)));
      // A part of the set that was, too.
      BitSet even = new BitSet();
      for (int rank = 0; rank < 900; rank += 2) {
        even.set(rank);
      }
      assertThat(
              store
                  .load(key("top-1"), before.part(even), List.of(CANDIDATE))
                  .get(CANDIDATE)
                  .judged()
                  .cardinality())
          .isEqualTo(450);
    }
  }

  @Test
  void aTableOfAnEarlierVersionIsRead() {
    String table = folder.resolve("earlier").toString();
    SampleIndex samples = samples(1500);
    List<Row> rows = new ArrayList<>();
    for (int start = 0; start < 1500; start += 1024) {
      int end = Math.min(1500, start + 1024);
      Sha256Digest.Builder block = new Sha256Digest.Builder();
      for (int rank = start; rank < end; rank++) {
        block.field("sample", samples.digest(rank).hex());
      }
      String id = block.build().hex();
      BitSet all = new BitSet();
      all.set(0, end - start);
      List<Double> difficulties = Collections.nCopies(end - start, 0.25);
      rows.add(row(digest("reference"), id, all, new BitSet(), difficulties, List.of()));
      rows.add(row(CANDIDATE, id, all, all, null, null));
    }
    DeltaTableFile file = new DeltaTableFile(spark, table, DeltaEvaluationStore.SCHEMA);
    file.append(rows);
    BitSet all = new BitSet();
    all.set(0, 1500);
    for (int round = 0; round < 2; round++) {
      try (DeltaEvaluationStore store = store(table)) {
        ReferenceEvidence read = store.loadReference(key("top-1"), samples);
        assertThat(read.covers(samples)).isTrue();
        assertThat(read.difficulty(1400)).isEqualTo(0.25);
        assertThat(store.load(key("top-1"), samples, List.of(CANDIDATE)))
            .isEqualTo(Map.of(CANDIDATE, Evidence.of(all, all)));
        store.append(key("top-1"), samples, Map.of(digest("new"), evidence(0, 1500, 2)));
      }
    }
    try (DeltaEvaluationStore store = store(table)) {
      assertThat(store.load(key("top-1"), samples(1501), List.of(digest("new"))))
          .hasSize(1)
          .allSatisfy((own, found) -> assertThat(found.judged().cardinality()).isEqualTo(1500));
    }
  }

  private static Row row(
      Sha256Digest candidate,
      String block,
      BitSet judged,
      BitSet agreed,
      List<Double> difficulties,
      List<String> failures) {
    return RowFactory.create(
        digest("reference").hex(),
        digest("preparation").hex(),
        "top-1",
        candidate.hex(),
        block,
        judged.toByteArray(),
        agreed.toByteArray(),
        difficulties,
        failures);
  }

  @Test
  void concurrentWritersOfTheSameEvaluationsReadAsOne() {
    String table = folder.resolve("concurrent").toString();
    SampleIndex samples = samples(100);
    List<CompletableFuture<Void>> writers = new ArrayList<>();
    for (int writer = 0; writer < 4; writer++) {
      int to = 100 - 10 * writer;
      writers.add(
          CompletableFuture.runAsync(
              () -> {
                // The first write makes the table: all four race for it.
                for (int from = 0; from < 60; from += 30) {
                  try (DeltaEvaluationStore store = store(table)) {
                    Evidence own = evidence(from, to, 2);
                    store.append(key("top-1"), samples, Map.of(CANDIDATE, own));
                  }
                }
              }));
    }
    writers.forEach(CompletableFuture::join);
    try (DeltaEvaluationStore store = store(table)) {
      assertThat(store.load(key("top-1"), samples, List.of(CANDIDATE)))
          .isEqualTo(Map.of(CANDIDATE, evidence(0, 100, 2)));
    }
  }

  @Test
  void aProcessThatIsKilledHasCommittedWhatWasOlderThanTheInterval() throws Exception {
    String table = folder.resolve("killed").toString();
    SampleIndex samples = samples(100);
    DeltaEvaluationStore killed = new DeltaEvaluationStore(spark, table, Duration.ofMillis(50));
    try {
      killed.append(key("top-1"), samples, Map.of(CANDIDATE, evidence(0, 100, 2)));
      // No other call, as in a long wave: the commit must come by itself.
      long end = System.nanoTime() + LONGEST.toNanos();
      while (System.nanoTime() < end && !Files.exists(Path.of(table, "_delta_log"))) {
        Thread.sleep(50);
      }
      Map<Sha256Digest, Evidence> read = Map.of();
      while (System.nanoTime() < end && read.isEmpty()) {
        Thread.sleep(50);
        try (DeltaEvaluationStore store = store(table)) {
          read = store.load(key("top-1"), samples, List.of(CANDIDATE));
        }
      }
      assertThat(read).isEqualTo(Map.of(CANDIDATE, evidence(0, 100, 2)));
    } finally {
      killed.close();
    }
  }

  @Test
  void manySmallFilesAreMadeFewWhenTheTableIsOpened() {
    String table = folder.resolve("many").toString();
    SampleIndex samples = samples(200);
    try (DeltaEvaluationStore store = store(table)) {
      store.append(key("top-1"), samples, Map.of(CANDIDATE, evidence(0, 1, 2)));
    }
    // What so many more commits leave, by hand and in one commit.
    spark
        .range(DeltaEvaluationStore.MOST_FILES)
        .crossJoin(spark.read().format("delta").load(table))
        .repartition(DeltaEvaluationStore.MOST_FILES)
        .drop("id")
        .write()
        .format("delta")
        .mode("append")
        .save(table);
    DeltaTableFile file =
        new DeltaTableFile(spark, table, spark.read().format("delta").load(table).schema());
    assertThat(file.files()).isGreaterThan(DeltaEvaluationStore.MOST_FILES);
    try (DeltaEvaluationStore store = store(table)) {
      assertThat(store.load(key("top-1"), samples, List.of(CANDIDATE)))
          .isEqualTo(Map.of(CANDIDATE, evidence(0, 1, 2)));
    }
    assertThat(file.files()).isEqualTo(1);
  }

  @Test
  void aTableOfSomethingElseIsRefused() {
    String table = folder.resolve("else").toString();
    spark.range(3).write().format("delta").save(table);
    try (DeltaEvaluationStore store = store(table)) {
      assertThatThrownBy(() -> store.loadReference(key("top-1"), samples(3)))
          .isInstanceOf(BadInputException.class)
          .hasMessage(
              table
                  + ": this table holds something else: its columns are (id), not (reference,"
                  + " preparation, criterion, candidate, block, judged, agreed, difficulties,"
                  + " failures).\nMaybe name another table with --evaluations.");
    }
  }

  @Test
  void aPlaceThatCannotBeWrittenIsSaid() throws Exception {
    Path blocked = Files.writeString(folder.resolve("blocked"), "a file");
    String table = blocked.resolve("evaluations").toString();
    DeltaEvaluationStore store = store(table);
    store.append(key("top-1"), samples(3), Map.of(CANDIDATE, evidence(0, 3, 2)));
    assertThatThrownBy(store::close)
        .isInstanceOf(BadInputException.class)
        .hasMessage(
            table
                + ": the evaluations cannot be written here (FileAlreadyExistsException: "
                + blocked
                + ").\nMaybe name a writable place with --evaluations.");
  }

  @Test
  void whatAFailedCommitHadGoesIntoTheNextOne() throws Exception {
    Path blocked = Files.writeString(folder.resolve("busy"), "a file, for a while");
    String table = blocked.resolve("evaluations").toString();
    SampleIndex samples = samples(100);
    ReferenceEvidence reference =
        ReferenceEvidence.of(new TreeMap<>(Map.of(0, 0.5)), new TreeMap<>(Map.of(1, "no answer")));
    try (DeltaEvaluationStore store =
        new DeltaEvaluationStore(spark, table, Duration.ofMillis(400))) {
      store.appendReference(key("top-1"), samples, reference);
      store.append(key("top-1"), samples, Map.of(CANDIDATE, evidence(0, 50, 2)));
      // Two or three commits fail meanwhile.
      Thread.sleep(1100);
      Files.delete(blocked);
      store.append(key("top-1"), samples, Map.of(CANDIDATE, evidence(50, 100, 2)));
    }
    try (DeltaEvaluationStore store = store(table)) {
      assertThat(store.load(key("top-1"), samples, List.of(CANDIDATE)))
          .isEqualTo(Map.of(CANDIDATE, evidence(0, 100, 2)));
      assertThat(store.loadReference(key("top-1"), samples)).isEqualTo(reference);
    }
  }

  @Test
  void whatWasMeasuredOfOptionsIsTriedAgainToo() throws Exception {
    Path blocked = Files.writeString(folder.resolve("busy options"), "a file, for a while");
    String table = blocked.resolve("options").toString();
    Map<TensorOption, Sensitivity> measured =
        Map.of(
            new TensorOption("conv/weights", Scheme.parse("linear:4")),
            new Sensitivity(0.5, 0.25, 3, 100, 0.75));
    Thread freeing =
        new Thread(
            () -> {
              LockSupport.parkNanos(Duration.ofMillis(500).toNanos());
              blocked.toFile().delete();
            });
    freeing.start();
    new DeltaOptionStore(spark, table).appendSensitivities(digest("key"), measured);
    freeing.join();
    assertThat(new DeltaOptionStore(spark, table).loadSensitivities(digest("key")))
        .isEqualTo(measured);
  }

  private static DeltaEvaluationStore store(String table) {
    return new DeltaEvaluationStore(spark, table, NEVER);
  }

  private static EvaluationKey key(String criterion) {
    return new EvaluationKey(digest("reference"), digest("preparation"), criterion);
  }

  private static Sha256Digest digest(String text) {
    return Sha256Digest.of(text.getBytes(StandardCharsets.UTF_8));
  }

  private static SampleIndex samples(int size) {
    TreeMap<Sha256Digest, Integer> samples = new TreeMap<>();
    for (int i = 0; i < size; i++) {
      samples.put(digest("sample " + i), 1);
    }
    return SampleIndex.of(samples);
  }

  /** Judged are the ranks in [from, to); every {@code step}-th rank agreed. */
  private static Evidence evidence(int from, int to, int step) {
    BitSet judged = new BitSet();
    judged.set(from, to);
    BitSet agreed = new BitSet();
    for (int rank = from; rank < to; rank++) {
      agreed.set(rank, rank % step == 0);
    }
    return Evidence.of(judged, agreed);
  }
}
