package org.quantsweep.benchmark;

import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.OutputStream;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.quantsweep.agreement.AgreementThreshold;
import org.quantsweep.artifact.ModelFiles;
import org.quantsweep.digest.ByteSize;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.quantize.Scheme;
import org.quantsweep.sample.SampleIndex;
import org.quantsweep.sample.ShardId;
import org.quantsweep.search.Candidate;
import org.quantsweep.search.CandidateEvaluation;
import org.quantsweep.search.SearchListener;
import org.quantsweep.search.SearchOutcome;
import org.quantsweep.search.SearchSettings;
import org.quantsweep.search.UniformSearch;
import org.quantsweep.sweep.EvaluationKey;
import org.quantsweep.sweep.EvaluationTask;
import org.quantsweep.sweep.Evidence;
import org.quantsweep.sweep.InMemoryEvaluationStore;
import org.quantsweep.sweep.RankSet;
import org.quantsweep.sweep.ReferenceEvidence;
import org.quantsweep.sweep.SweepCost;
import org.quantsweep.sweep.SweepPlanner;
import org.quantsweep.sweep.SweepRunner;

/**
 * A uniform sweep on a cluster that is not there: the search, its planner and its evidence are the
 * product's, and executors are a queue of slots. A shard's tasks run where the shard is kept. What
 * tasks and results take is what they take when Java writes them.
 */
public final class ClusterSimulation {
  private static final int EXECUTORS = 500;
  private static final int CORES = 4;

  /** Of the reference's pass: decoding and one run. */
  private static final double PREPARING = 0.015;

  private static final double JUDGING = 0.010;

  /** Fetching and opening a candidate, once in an executor. */
  private static final double OPENING = 0.4;

  /** Spark on the driver sends so many tasks a second at most. */
  private static final double LAUNCHES = 1500;

  /** Beside its result Spark returns measures of each task. */
  private static final int MEASURES = 1500;

  private ClusterSimulation() {}

  /** Takes the number of samples and, for another cluster, of executors. */
  public static void main(String[] arguments) {
    int count = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 10_000_000;
    int executors = arguments.length > 1 ? Integer.parseInt(arguments[1]) : EXECUTORS;
    SampleIndex samples = MadeSamples.index(count);
    long before = heap();
    System.out.printf(
        Locale.ROOT,
        "%,d samples, %,d shards, %d executors x %d cores; index %.1f bytes a sample on the heap%n",
        count,
        samples.shards(),
        executors,
        CORES,
        (double) (before - heapOfNothing) / count);
    Cluster cluster = new Cluster(samples, executors);
    List<Candidate> candidates = candidates();
    for (int i = 0; i < candidates.size(); i++) {
      // From 60 % that disagree down to 0.1 %.
      cluster.disagreeing.put(model(candidates.get(i)).digest(), 0.6 * Math.pow(0.78, i));
    }
    EvaluationKey key =
        new EvaluationKey(Sha256Digest.ofText("model"), Sha256Digest.ofText("made"), "top-1");
    InMemoryEvaluationStore store = new InMemoryEvaluationStore();
    UniformSearch search =
        new UniformSearch(
            samples,
            key,
            store,
            cluster,
            SearchSettings.decisionOnly(AgreementThreshold.parse("0.95")),
            SearchListener.SILENT);
    ReferenceEvidence reference = search.reference();
    cluster.tell("reference");
    SearchOutcome outcome = search.run(reference, candidates, ClusterSimulation::model);
    cluster.tell("judging");
    long after = heap();
    outcome.evaluations().stream()
        .filter(own -> own.verdict().isAccepted())
        .map(CandidateEvaluation::counts)
        .forEach(counts -> System.out.println("accepted: " + counts));
    System.out.printf(
        Locale.ROOT,
        "driver: %.1f bytes a sample beside the index, with its evidence and order;"
            + " largest heap of a job %.0f MB%n",
        (double) (after - before) / count,
        cluster.largestHeap / 1e6);
    // All of it is still used: it was not collected before it was measured.
    System.out.println(
        outcome.reference() + " = " + store.loadReference(key, samples) + " of " + samples.total());
  }

  private static long heapOfNothing = heap();

  private static long heap() {
    System.gc();
    return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
  }

  private static List<Candidate> candidates() {
    List<Candidate> candidates = new ArrayList<>();
    for (int bits = 1; bits <= 8; bits++) {
      for (String form : List.of("linear:", "lut-linear:", "lut-kmeans:")) {
        Scheme scheme = Scheme.parse(form + bits);
        candidates.add(
            new Candidate.Uniform(scheme, new ByteSize(600_000L * bits + 1000L * form.length())));
      }
    }
    candidates.sort(null);
    return candidates;
  }

  private static ModelFiles model(Candidate candidate) {
    byte[] bytes = new byte[Math.toIntExact(candidate.encodedSize().bytes())];
    bytes[0] = (byte) candidate.name().hashCode();
    bytes[1] = (byte) (candidate.name().hashCode() >> 8);
    return ModelFiles.lone(bytes);
  }

  /** Executors, their slots and what they have open; time is made up, all else is counted. */
  private static final class Cluster implements SweepRunner {
    private final SampleIndex samples;
    private final int executors;
    private final Map<Sha256Digest, Double> disagreeing = new HashMap<>();
    private final List<LinkedHashMap<Sha256Digest, Boolean>> open = new ArrayList<>();
    private final Map<Sha256Digest, Integer> numbers = new HashMap<>();
    private long largestHeap;
    private double seconds;
    private double busy;
    private long jobs;
    private long tasks;
    private long inferences;
    private long sent;
    private long returned;
    private long largestReturn;
    private long models;
    private long opened;

    Cluster(SampleIndex samples, int executors) {
      this.samples = samples;
      this.executors = executors;
      for (int executor = 0; executor < executors; executor++) {
        open.add(new LinkedHashMap<>(16, 0.75f, true));
      }
    }

    @Override
    public int slots() {
      return executors * CORES;
    }

    @Override
    public ReferenceEvidence runReference() {
      ReferenceEvidence.Union all = new ReferenceEvidence.Union(samples.size());
      for (List<ShardId> shards : SweepPlanner.referenceJobs(samples)) {
        Job job = new Job();
        for (ShardId id : shards) {
          int count = samples.end(id) - samples.first(id);
          ReferenceEvidence found = MadeSamples.reference(samples.first(id), samples.end(id));
          // The digests of the shard travel with its task.
          job.sent += 32L * count;
          job.returned += (id.number() % 64 == 0 ? job.sample(found) : job.sampled) + MEASURES;
          job.run(id.number() % executors, PREPARING * count);
          inferences += count;
          all.add(found);
        }
        finish(job);
      }
      return all.united();
    }

    @Override
    public Map<Sha256Digest, Evidence> evaluate(
        List<EvaluationTask> wave, Map<Sha256Digest, ModelFiles> files) {
      Map<Sha256Digest, Evidence.Union> all = new HashMap<>();
      for (List<EvaluationTask> own : SweepPlanner.jobs(wave)) {
        Job job = new Job();
        for (int task = 0; task < own.size(); task++) {
          run(own.get(task), task, files, job, all);
        }
        finish(job);
      }
      Map<Sha256Digest, Evidence> united = new HashMap<>();
      all.forEach((candidate, evidence) -> united.put(candidate, evidence.united()));
      largestHeap =
          Math.max(
              largestHeap, Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory());
      return united;
    }

    private void run(
        EvaluationTask task,
        int number,
        Map<Sha256Digest, ModelFiles> files,
        Job job,
        Map<Sha256Digest, Evidence.Union> all) {
      int executor = task.shard().number() % executors;
      double needed = 0;
      List<Evidence> found = new ArrayList<>();
      for (EvaluationTask.CandidateSamples own : task.group()) {
        int candidate = numbers.computeIfAbsent(own.candidate(), key -> numbers.size());
        RankSet agreeing =
            MadeSamples.agreeing(own.ranks(), candidate, disagreeing.get(own.candidate()));
        Evidence evidence = Evidence.of(own.ranks(), agreeing);
        found.add(evidence);
        all.computeIfAbsent(own.candidate(), key -> new Evidence.Union()).add(evidence);
        needed += JUDGING * own.ranks().size();
        inferences += own.ranks().size();
        Map<Sha256Digest, Boolean> here = open.get(executor);
        if (here.putIfAbsent(own.candidate(), true) == null) {
          needed += OPENING;
          opened++;
          models += files.get(own.candidate()).size().bytes();
        }
      }
      if (number % 64 == 0) {
        job.sampleTask(task);
        job.sample((Serializable) found);
      }
      job.sent += job.sampledTask;
      job.returned += job.sampled + MEASURES;
      job.run(executor, needed);
    }

    private void finish(Job job) {
      jobs++;
      tasks += job.tasks;
      seconds += job.end;
      busy += job.busy;
      sent += job.sent;
      returned += job.returned;
      largestReturn = Math.max(largestReturn, job.returned);
    }

    void tell(String phase) {
      System.out.printf(
          Locale.ROOT,
          "%s: %.0f s, %.0f %% of slots busy; %,d inferences, %d jobs, %,d tasks; tasks' data %.0f"
              + " MB, results %.0f MB (largest job %.1f MB), models %.0f MB in %,d openings%n",
          phase,
          seconds,
          100 * busy / (seconds * slots()),
          inferences,
          jobs,
          tasks,
          sent / 1e6,
          returned / 1e6,
          largestReturn / 1e6,
          models / 1e6,
          opened);
      seconds = 0;
      busy = 0;
      inferences = 0;
      jobs = 0;
      tasks = 0;
      sent = 0;
      returned = 0;
      largestReturn = 0;
    }

    @Override
    public SweepCost cost() {
      return SweepCost.NONE;
    }

    @Override
    public void close() {}

    /** One job: tasks are sent one after the other, and each waits for a slot of its executor. */
    private final class Job {
      private final double[] free = new double[executors * CORES];
      private long tasks;
      private long sent;
      private long returned;
      private double busy;
      private double end;
      private long sampled;
      private long sampledTask;

      void run(int executor, double needed) {
        int slot = executor * CORES;
        for (int other = slot + 1; other < (executor + 1) * CORES; other++) {
          slot = free[other] < free[slot] ? other : slot;
        }
        double start = Math.max(free[slot], tasks / LAUNCHES);
        free[slot] = start + needed;
        busy += needed;
        end = Math.max(end, free[slot]);
        tasks++;
      }

      long sample(Serializable result) {
        sampled = bytes(result);
        return sampled;
      }

      void sampleTask(EvaluationTask task) {
        sampledTask = bytes(task);
      }
    }
  }

  private static long bytes(Object written) {
    long[] count = new long[1];
    try (ObjectOutputStream out =
        new ObjectOutputStream(
            new OutputStream() {
              @Override
              public void write(int one) {
                count[0]++;
              }

              @Override
              public void write(byte[] some, int offset, int length) {
                count[0] += length;
              }
            })) {
      out.writeObject(written);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return count[0];
  }
}
