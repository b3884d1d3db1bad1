package org.quantsweep.sweep;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import java.util.function.Function;
import org.quantsweep.agreement.Criterion;
import org.quantsweep.artifact.ModelFiles;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.coreml.file.ModelReader;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.inference.InferenceEngine;
import org.quantsweep.inference.Predictor;
import org.quantsweep.sample.SampleIndex;
import org.quantsweep.sample.SamplePreparation;
import org.quantsweep.sample.SampleSource;
import org.quantsweep.sample.ShardId;

/**
 * Runs a sweep in this process, a task to a thread. Prepared samples are kept in memory: pictures a
 * byte for each channel of a pixel, beside the reference's answers.
 */
public final class LocalSweepRunner implements SweepRunner {
  private final SampleSource source;
  private final Function<ModelFiles, Predictor> candidates;
  private final ShardEvaluator evaluator;
  private final Predictor reference;
  private final ExecutorService threads;
  private final Map<ShardId, List<PreparedSample>> prepared = new ConcurrentHashMap<>();
  private final int parallelism;
  private ReferenceEvidence known = ReferenceEvidence.none();
  private SweepCost cost = SweepCost.NONE;

  /**
   * Opens the reference.
   *
   * @param parallelism the number of threads, at least 1
   * @throws org.quantsweep.BadInputException when the model cannot run
   */
  public LocalSweepRunner(
      CoreMLModel model,
      SampleSource source,
      SamplePreparation preparation,
      Criterion criterion,
      InferenceEngine engine,
      int parallelism) {
    this(
        new Models(
            engine.open(model),
            files ->
                engine.open(ModelReader.read(files, "candidate " + files.digest().abbreviated()))),
        source,
        preparation,
        criterion,
        parallelism);
  }

  /**
   * What is run.
   *
   * @param reference is closed with the runner
   * @param candidates opens a candidate; each is closed when its wave is through
   */
  public record Models(Predictor reference, Function<ModelFiles, Predictor> candidates) {}

  /**
   * With models that are opened in one's own way.
   *
   * @param parallelism the number of threads, at least 1
   */
  public LocalSweepRunner(
      Models models,
      SampleSource source,
      SamplePreparation preparation,
      Criterion criterion,
      int parallelism) {
    this.source = source;
    this.candidates = models.candidates();
    this.evaluator = new ShardEvaluator(source.index(), preparation, criterion);
    this.reference = models.reference();
    this.parallelism = parallelism;
    this.threads = Executors.newFixedThreadPool(parallelism);
  }

  @Override
  public ReferenceEvidence runReference() {
    return runReference(found -> {});
  }

  @Override
  public ReferenceEvidence runReference(Consumer<ReferenceEvidence> found) {
    ReferenceEvidence.Union all = new ReferenceEvidence.Union(source.index().size());
    ReferenceEvidence told = known();
    all.add(told);
    List<Callable<ReferenceEvidence>> work = new ArrayList<>();
    for (int shard = 0; shard < source.index().shards(); shard++) {
      ShardId id = new ShardId(shard);
      if (!told.suffices(source.index().first(id), source.index().end(id))) {
        work.add(
            () -> {
              ReferenceEvidence own = evaluator.referenceEvidence(prepared(id));
              synchronized (found) {
                found.accept(own);
              }
              return own;
            });
      }
    }
    ParallelTasks.run(threads, work).forEach(all::add);
    return all.united();
  }

  @Override
  public synchronized void know(ReferenceEvidence evidence) {
    known = evidence;
  }

  private synchronized ReferenceEvidence known() {
    return known;
  }

  @Override
  public int slots() {
    return parallelism;
  }

  @Override
  public Map<Sha256Digest, Evidence> evaluate(
      List<EvaluationTask> tasks, Map<Sha256Digest, ModelFiles> models) {
    Map<Sha256Digest, Predictor> predictors = new ConcurrentHashMap<>();
    try {
      List<Callable<Map<Sha256Digest, Evidence>>> work = new ArrayList<>();
      for (EvaluationTask task : tasks) {
        work.add(
            () -> {
              ShardEvaluator.Result<Map<Sha256Digest, Evidence>> result =
                  evaluator.judge(
                      task,
                      prepared(task.shard()),
                      digest ->
                          predictors.computeIfAbsent(
                              digest, missing -> candidates.apply(models.get(missing))));
              add(result.cost());
              return result.value();
            });
      }
      Map<Sha256Digest, Evidence.Union> all = new TreeMap<>();
      for (Map<Sha256Digest, Evidence> found : ParallelTasks.run(threads, work)) {
        found.forEach(
            (candidate, evidence) ->
                all.computeIfAbsent(candidate, missing -> new Evidence.Union()).add(evidence));
      }
      Map<Sha256Digest, Evidence> united = new HashMap<>();
      all.forEach((candidate, evidence) -> united.put(candidate, evidence.united()));
      return united;
    } finally {
      predictors.values().forEach(Predictor::close);
    }
  }

  @Override
  public synchronized SweepCost cost() {
    return cost;
  }

  @Override
  public void close() {
    threads.shutdownNow();
    reference.close();
  }

  /**
   * Some of the samples, as they were prepared here: what was decoded for candidates is decoded
   * once. They are ready as long as this runner is open, which counts what they cost.
   *
   * @param part samples of this runner's set
   */
  public ReadySamples prepared(SampleIndex part) {
    SampleIndex whole = source.index();
    return new ReadySamples() {
      @Override
      public SampleIndex index() {
        return part;
      }

      @Override
      public List<PreparedSample> shard(ShardId shard) {
        List<PreparedSample> own = new ArrayList<>();
        for (int rank = part.first(shard); rank < part.end(shard); rank++) {
          int there = whole.rank(part.digest(rank));
          ShardId holding = whole.shard(there);
          own.add(prepared(holding).get(there - whole.first(holding)).ranked(rank));
        }
        return own;
      }
    };
  }

  private List<PreparedSample> prepared(ShardId shard) {
    return prepared.computeIfAbsent(
        shard,
        id -> {
          ShardEvaluator.Result<List<PreparedSample>> result =
              evaluator.prepare(source.read(id), reference, known());
          add(result.cost());
          return result.value();
        });
  }

  private synchronized void add(SweepCost more) {
    cost = cost.plus(more);
  }
}
