package org.quantsweep.jobs.spark;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.apache.spark.sql.SparkSession;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.sample.SampleCollector;
import org.quantsweep.sample.SampleIndex;
import org.quantsweep.sample.ShardId;
import org.quantsweep.sweep.EvaluationKey;
import org.quantsweep.sweep.Evidence;
import org.quantsweep.sweep.ReferenceEvidence;

/**
 * How storing evidence grows with the number of samples, from {@code SAMPLES} to ten times as many:
 * four candidates on every sample, task by task, in seconds of processors. Both sizes are measured
 * in turn, and the least of all rounds counts. A part of {@code benchmarks/sample_growth.sh}; it is
 * here because benchmarks know no Spark.
 */
final class StoreGrowth {
  private static final int CANDIDATES = 4;
  private static final int ROUNDS = 7;
  private static final EvaluationKey KEY =
      new EvaluationKey(Sha256Digest.ofText("model"), Sha256Digest.ofText("made"), "top-1");

  private StoreGrowth() {}

  /** Takes the smaller number of samples. */
  public static void main(String[] arguments) throws Exception {
    int few = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 100_000;
    SparkSession spark = SparkSessions.open("growth", "local[2]");
    try {
      Map<String, Double> small = new LinkedHashMap<>();
      Map<String, Double> large = new LinkedHashMap<>();
      for (int round = 0; round < ROUNDS; round++) {
        phases(spark, few).forEach((phase, seconds) -> small.merge(phase, seconds, Math::min));
        phases(spark, 10 * few).forEach((phase, seconds) -> large.merge(phase, seconds, Math::min));
      }
      for (Map.Entry<String, Double> phase : large.entrySet()) {
        double before = small.get(phase.getKey());
        System.out.printf(
            Locale.ROOT,
            "| %s | %.3f s | %.3f s | %.1f |%n",
            phase.getKey(),
            before,
            phase.getValue(),
            phase.getValue() / before);
      }
    } finally {
      spark.stop();
    }
  }

  private static Map<String, Double> phases(SparkSession spark, int count) throws Exception {
    SampleIndex samples = samples(count);
    TreeMap<Integer, Double> margins = new TreeMap<>();
    for (int rank = 0; rank < count; rank++) {
      margins.put(rank, 1.0 / (rank + 1));
    }
    ReferenceEvidence reference = ReferenceEvidence.of(margins, new TreeMap<>());
    String table = Files.createTempDirectory("growth").resolve("evaluations").toString();
    Map<String, Double> seconds = new LinkedHashMap<>();
    long started;
    try (DeltaEvaluationStore store = new DeltaEvaluationStore(spark, table, Duration.ofHours(1))) {
      long appending = -threadCpu();
      store.appendReference(KEY, samples, reference);
      for (int shard = 0; shard < samples.shards(); shard++) {
        appending += threadCpu();
        Map<Sha256Digest, Evidence> judged = judged(samples, new ShardId(shard));
        appending -= threadCpu();
        store.append(KEY, samples, judged);
      }
      seconds.put("store: evidence appended", (appending + threadCpu()) * 1e-9);
      started = cpu();
    }
    seconds.put("store: evidence written", (cpu() - started) * 1e-9);
    started = cpu();
    try (DeltaEvaluationStore store = new DeltaEvaluationStore(spark, table, Duration.ofHours(1))) {
      if (!store.loadReference(KEY, samples).covers(samples)) {
        throw new IllegalStateException("not everything was stored.");
      }
    }
    seconds.put("store: evidence read", (cpu() - started) * 1e-9);
    System.err.println(count + " samples: " + seconds + ", " + bytes(Path.of(table)) + " bytes");
    return seconds;
  }

  /** Of the whole process: on a busy machine it says more than the time of day. */
  private static long cpu() {
    return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
        .getProcessCpuTime();
  }

  /** Of this thread: nothing is committed while evidence is appended. */
  private static long threadCpu() {
    return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
  }

  private static long bytes(Path table) throws Exception {
    try (var files = Files.walk(table)) {
      return files.filter(Files::isRegularFile).mapToLong(file -> file.toFile().length()).sum();
    }
  }

  private static Map<Sha256Digest, Evidence> judged(SampleIndex samples, ShardId shard) {
    Map<Sha256Digest, Evidence> judged = new HashMap<>();
    for (int candidate = 0; candidate < CANDIDATES; candidate++) {
      BitSet all = new BitSet();
      all.set(samples.first(shard), samples.end(shard));
      BitSet agreed = new BitSet();
      Random random = new Random(candidate + 31L * shard.number());
      all.stream().filter(rank -> random.nextInt(20) > 0).forEach(agreed::set);
      judged.put(Sha256Digest.ofText("candidate " + candidate), Evidence.of(all, agreed));
    }
    return judged;
  }

  private static SampleIndex samples(int count) {
    Random random = new Random(1);
    byte[] bytes = new byte[Sha256Digest.BYTES];
    try (SampleCollector collector = new SampleCollector()) {
      for (int i = 0; i < count; i++) {
        random.nextBytes(bytes);
        collector.add(Sha256Digest.ofBytes(bytes, 0), 1);
      }
      return collector.index();
    }
  }
}
