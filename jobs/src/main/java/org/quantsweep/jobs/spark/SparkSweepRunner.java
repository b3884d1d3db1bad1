package org.quantsweep.jobs.spark;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.Function2;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.storage.StorageLevel;
import org.quantsweep.agreement.Criterion;
import org.quantsweep.coreml.ModelReader;
import org.quantsweep.datasets.table.ShardSamples;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.encode.EncodedModel;
import org.quantsweep.inference.InferenceEngine;
import org.quantsweep.inference.Predictor;
import org.quantsweep.sample.SampleIndex;
import org.quantsweep.sample.SamplePreparation;
import org.quantsweep.sweep.EvaluationTask;
import org.quantsweep.sweep.Evidence;
import org.quantsweep.sweep.PreparedSample;
import org.quantsweep.sweep.ReferenceEvidence;
import org.quantsweep.sweep.ShardEvaluator;
import org.quantsweep.sweep.SweepCost;
import org.quantsweep.sweep.SweepRunner;

/**
 * Runs a sweep on Spark: a shard to a partition. Samples are decoded and the reference is run once;
 * both stay with Spark (memory, then disk) for all waves. A model reaches an executor once, by
 * broadcast, and is opened there once.
 */
public final class SparkSweepRunner implements SweepRunner {
  private final JavaSparkContext spark;
  private final InferenceEngine engine;
  private final JavaRDD<PreparedShard> prepared;
  private final Broadcast<EncodedModel> reference;
  private final Context context;
  private SweepCost cost = SweepCost.NONE;

  /** What every task needs; it travels with the task's code. */
  private record Context(
      Broadcast<SampleIndex> samples,
      SamplePreparation preparation,
      Criterion criterion,
      InferenceEngine engine)
      implements Serializable {
    ShardEvaluator evaluator() {
      return new ShardEvaluator(samples.value(), preparation, criterion);
    }
  }

  /** A shard's samples, ready for candidates. */
  private record PreparedShard(List<PreparedSample> samples, SweepCost cost)
      implements Serializable {}

  private record TaskResult<T>(T value, SweepCost cost) implements Serializable {}

  /**
   * For one model and sample set.
   *
   * @param reference the model file as given
   * @param shards one partition for each shard, in the order of the shards
   */
  public SparkSweepRunner(
      JavaSparkContext spark,
      EncodedModel reference,
      SampleIndex samples,
      JavaRDD<ShardSamples> shards,
      SamplePreparation preparation,
      Criterion criterion,
      InferenceEngine engine) {
    if (shards.getNumPartitions() != samples.shards()) {
      throw new IllegalArgumentException(
          samples.shards()
              + " shards need as many partitions, not "
              + shards.getNumPartitions()
              + ".");
    }
    this.spark = spark;
    this.engine = engine;
    this.reference = spark.broadcast(reference);
    this.context = new Context(spark.broadcast(samples), preparation, criterion, engine);
    this.prepared =
        shards
            .mapPartitions(prepare(context, this.reference))
            .persist(StorageLevel.MEMORY_AND_DISK());
  }

  @Override
  public ReferenceEvidence runReference() {
    ReferenceEvidence all = ReferenceEvidence.none();
    for (TaskResult<ReferenceEvidence> found : prepared.map(evidence(context)).collect()) {
      all = all.plus(found.value());
      cost = cost.plus(found.cost());
    }
    return all;
  }

  @Override
  public Map<Sha256Digest, Evidence> evaluate(
      List<EvaluationTask> tasks, Map<Sha256Digest, EncodedModel> models) {
    Map<Sha256Digest, Broadcast<EncodedModel>> shipped = new HashMap<>();
    models.forEach((digest, model) -> shipped.put(digest, spark.broadcast(model)));
    Map<Integer, EvaluationTask> byShard = new HashMap<>();
    tasks.forEach(task -> byShard.put(task.shard().number(), task));
    try {
      Map<Sha256Digest, Evidence> all = new TreeMap<>();
      for (TaskResult<Map<Sha256Digest, Evidence>> result :
          prepared.mapPartitionsWithIndex(judge(context, byShard, shipped), true).collect()) {
        result
            .value()
            .forEach((candidate, evidence) -> all.merge(candidate, evidence, Evidence::plus));
        cost = cost.plus(result.cost());
      }
      return all;
    } finally {
      shipped.values().forEach(Broadcast::unpersist);
    }
  }

  @Override
  public SweepCost cost() {
    return cost;
  }

  @Override
  public void close() {
    prepared.unpersist();
    reference.unpersist();
    context.samples().unpersist();
  }

  @Override
  public String toString() {
    return "SparkSweepRunner[" + spark.master() + ", " + engine.identity() + "]";
  }

  private static org.apache.spark.api.java.function.FlatMapFunction<
          Iterator<ShardSamples>, PreparedShard>
      prepare(Context context, Broadcast<EncodedModel> reference) {
    return shards -> {
      List<PreparedShard> ready = new ArrayList<>();
      try (ExecutorCache<Predictor>.Lease lease =
          ExecutorCache.PREDICTORS.lease(context.engine().identity())) {
        Predictor predictor = open(lease, context.engine(), reference.value());
        while (shards.hasNext()) {
          ShardEvaluator.Result<List<PreparedSample>> result =
              context.evaluator().prepare(shards.next().samples(), predictor);
          ready.add(new PreparedShard(new ArrayList<>(result.value()), result.cost()));
        }
      }
      return ready.iterator();
    };
  }

  private static org.apache.spark.api.java.function.Function<
          PreparedShard, TaskResult<ReferenceEvidence>>
      evidence(Context context) {
    return shard ->
        new TaskResult<>(context.evaluator().referenceEvidence(shard.samples()), shard.cost());
  }

  private static Function2<
          Integer, Iterator<PreparedShard>, Iterator<TaskResult<Map<Sha256Digest, Evidence>>>>
      judge(
          Context context,
          Map<Integer, EvaluationTask> tasks,
          Map<Sha256Digest, Broadcast<EncodedModel>> models) {
    return (partition, shards) -> {
      EvaluationTask task = tasks.get(partition);
      if (task == null) {
        // Nothing of this shard is asked: it is not even prepared.
        return Collections.emptyIterator();
      }
      try (ExecutorCache<Predictor>.Lease lease =
          ExecutorCache.PREDICTORS.lease(context.engine().identity())) {
        ShardEvaluator.Result<Map<Sha256Digest, Evidence>> result =
            context
                .evaluator()
                .judge(
                    task,
                    shards.next().samples(),
                    digest -> open(lease, context.engine(), models.get(digest).value()));
        TaskResult<Map<Sha256Digest, Evidence>> answer =
            new TaskResult<>(new HashMap<>(result.value()), result.cost());
        return List.of(answer).iterator();
      }
    };
  }

  private static Predictor open(
      ExecutorCache<Predictor>.Lease lease, InferenceEngine engine, EncodedModel model) {
    return lease.get(
        model.digest(),
        () ->
            engine.open(
                ModelReader.read(
                    model.sharedBytes(), "candidate " + model.digest().abbreviated())));
  }
}
