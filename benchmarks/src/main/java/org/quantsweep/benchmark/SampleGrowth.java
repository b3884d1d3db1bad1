package org.quantsweep.benchmark;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.sample.SampleIndex;
import org.quantsweep.sample.SampleSplits;
import org.quantsweep.sample.ShardId;
import org.quantsweep.sample.SplitSizes;
import org.quantsweep.sweep.EvaluationTask;
import org.quantsweep.sweep.Evidence;
import org.quantsweep.sweep.ReferenceEvidence;
import org.quantsweep.sweep.SweepPlanner;

/**
 * How the driver's own work grows with the number of samples, from {@code SAMPLES} to ten times as
 * many: no model runs, digests and answers are made up. Four candidates are judged on every sample.
 * Both sizes are measured in turn, so that the compiler has seen as much of either; the least of
 * all rounds counts. Seconds are those of processors.
 */
public final class SampleGrowth {
  private static final int ROUNDS = 9;
  private static final int CANDIDATES = 4;

  private SampleGrowth() {}

  /** Takes the smaller number of samples. */
  public static void main(String[] arguments) {
    int few = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 100_000;
    Map<String, Double> small = new LinkedHashMap<>();
    Map<String, Double> large = new LinkedHashMap<>();
    for (int round = 0; round < ROUNDS; round++) {
      phases(few).forEach((phase, seconds) -> small.merge(phase, seconds, Math::min));
      phases(10 * few).forEach((phase, seconds) -> large.merge(phase, seconds, Math::min));
    }
    System.out.printf(
        Locale.ROOT, "| phase | %,d samples | %,d samples | growth |%n", few, 10 * few);
    System.out.println("|---|---|---|---|");
    for (Map.Entry<String, Double> phase : large.entrySet()) {
      double before = small.get(phase.getKey());
      System.out.printf(
          Locale.ROOT,
          "| %s | %.4f s | %.4f s | %.1f |%n",
          phase.getKey(),
          before,
          phase.getValue(),
          phase.getValue() / before);
    }
  }

  private static Map<String, Double> phases(int count) {
    Clock clock = new Clock();
    SampleIndex samples = MadeSamples.index(count);
    clock.stop("samples' digests sorted and indexed");
    SampleSplits.of(samples, SplitSizes.DEFAULT, 0);
    clock.stop("split into three parts");
    List<ReferenceEvidence> found = new ArrayList<>();
    for (int shard = 0; shard < samples.shards(); shard++) {
      ShardId id = new ShardId(shard);
      found.add(MadeSamples.reference(samples.first(id), samples.end(id)));
    }
    clock.restart();
    ReferenceEvidence.Union union = new ReferenceEvidence.Union(count);
    found.forEach(union::add);
    ReferenceEvidence reference = union.united();
    clock.stop("reference's answers merged");
    List<Integer> order = reference.order();
    clock.stop("samples ordered by margin");
    Map<Sha256Digest, BitSet> wave = new LinkedHashMap<>();
    for (int candidate = 0; candidate < CANDIDATES; candidate++) {
      BitSet all = new BitSet();
      for (int place = 0; place < order.size(); place++) {
        all.set(order.get(place));
      }
      wave.put(Sha256Digest.ofText("candidate " + candidate), all);
    }
    List<EvaluationTask> tasks = SweepPlanner.tasks(samples, wave);
    clock.stop("wave planned");
    List<Map<Sha256Digest, Evidence>> results = new ArrayList<>();
    for (EvaluationTask task : tasks) {
      Map<Sha256Digest, Evidence> judged = new HashMap<>();
      for (EvaluationTask.CandidateSamples own : task.group()) {
        judged.put(
            own.candidate(), Evidence.of(own.ranks(), MadeSamples.agreeing(own.ranks(), 1, 0.05)));
      }
      results.add(judged);
    }
    clock.restart();
    Map<Sha256Digest, Evidence.Union> all = new HashMap<>();
    results.forEach(
        judged ->
            judged.forEach(
                (candidate, evidence) ->
                    all.computeIfAbsent(candidate, missing -> new Evidence.Union()).add(evidence)));
    all.values().forEach(evidence -> evidence.united().counts(samples));
    clock.stop("evidence merged and counted");
    return clock.seconds;
  }

  /** Of this thread: on a busy machine it says more than the time of day. */
  private static long cpu() {
    return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
  }

  private static final class Clock {
    private final Map<String, Double> seconds = new LinkedHashMap<>();
    private long started = cpu();

    void restart() {
      started = cpu();
    }

    void stop(String phase) {
      seconds.put(phase, (cpu() - started) * 1e-9);
      started = cpu();
    }
  }
}
