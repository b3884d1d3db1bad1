package org.quantsweep.jobs.spark;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.apache.spark.HashPartitioner;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.api.java.function.Function2;
import org.apache.spark.api.java.function.PairFlatMapFunction;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.rdd.PartitionPruningRDD;
import org.apache.spark.storage.StorageLevel;
import org.quantsweep.agreement.Criterion;
import org.quantsweep.artifact.ModelFiles;
import org.quantsweep.coreml.file.ModelReader;
import org.quantsweep.datasets.table.ShardSamples;
import org.quantsweep.digest.Sha256Digest;
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
import scala.Tuple2;
import scala.jdk.javaapi.CollectionConverters;
import scala.reflect.ClassTag$;
import scala.runtime.BoxedUnit;

/**
 * Runs a sweep on Spark: a shard to a partition. Samples are decoded and the reference is run once;
 * both stay with Spark (memory, then disk) for all waves. A model reaches an executor once, by
 * broadcast or from storage, and is opened there once.
 */
public final class SparkSweepRunner implements SweepRunner {
  private final JavaSparkContext spark;
  private final InferenceEngine engine;
  private final JavaRDD<PreparedShard> prepared;
  private final SharedModel reference;
  private final String models;
  private final Context context;
  private final Consumer<Map<Sha256Digest, Evidence>> finished;
  private SweepCost cost = SweepCost.NONE;

  /** What every task needs; it travels with the task's code. */
  private record Context(
      Broadcast<SampleIndex> samples,
      SamplePreparation preparation,
      Criterion criterion,
      InferenceEngine engine,
      TaskCost cost)
      implements Serializable {
    ShardEvaluator evaluator() {
      return new ShardEvaluator(samples.value(), preparation, criterion);
    }
  }

  /** A shard's samples, ready for candidates. */
  private record PreparedShard(List<PreparedSample> samples) implements Serializable {}

  private record TaskResult<T>(T value, SweepCost cost) implements Serializable {}

  /**
   * For one model and sample set. Models must not be larger than a broadcast.
   *
   * @param reference the model as given
   * @param shards one partition for each shard, in the order of the shards
   */
  public SparkSweepRunner(
      JavaSparkContext spark,
      ModelFiles reference,
      SampleIndex samples,
      JavaRDD<ShardSamples> shards,
      SamplePreparation preparation,
      Criterion criterion,
      InferenceEngine engine) {
    this(spark, reference, samples, shards, preparation, criterion, engine, "", evidence -> {});
  }

  /**
   * For one model and sample set.
   *
   * @param reference the model as given
   * @param shards one partition for each shard, in the order of the shards
   * @param models a folder that driver and executors reach, for models that are too large for a
   *     broadcast; it is made when it is needed
   * @param finished gets the evidence of each task as soon as the task ends, on one thread, so that
   *     a killed driver loses little of a long wave
   */
  public SparkSweepRunner(
      JavaSparkContext spark,
      ModelFiles reference,
      SampleIndex samples,
      JavaRDD<ShardSamples> shards,
      SamplePreparation preparation,
      Criterion criterion,
      InferenceEngine engine,
      String models,
      Consumer<Map<Sha256Digest, Evidence>> finished) {
    if (shards.getNumPartitions() != samples.shards()) {
      throw new IllegalArgumentException(
          samples.shards()
              + " shards need as many partitions, not "
              + shards.getNumPartitions()
              + ".");
    }
    this.spark = spark;
    this.engine = engine;
    this.models = models;
    this.reference = SharedModel.share(spark, reference, models);
    this.finished = finished;
    this.context =
        new Context(
            spark.broadcast(samples), preparation, criterion, engine, TaskCost.in(spark.sc()));
    this.prepared =
        shards
            .mapPartitions(prepare(context, this.reference))
            .persist(StorageLevel.MEMORY_AND_DISK());
  }

  @Override
  public ReferenceEvidence runReference() {
    ReferenceEvidence all = ReferenceEvidence.none();
    for (ReferenceEvidence found : prepared.map(evidence(context)).collect()) {
      all = all.plus(found);
    }
    return all;
  }

  @Override
  public Map<Sha256Digest, Evidence> evaluate(
      List<EvaluationTask> tasks, Map<Sha256Digest, ModelFiles> candidates) {
    if (tasks.isEmpty()) {
      return Map.of();
    }
    Map<Sha256Digest, SharedModel> shipped = new HashMap<>();
    Map<Integer, EvaluationTask> byShard = new TreeMap<>();
    tasks.forEach(task -> byShard.put(task.shard().number(), task));
    Map<Sha256Digest, Evidence> all = new TreeMap<>();
    try {
      candidates.forEach(
          (digest, model) -> shipped.put(digest, SharedModel.share(spark, model, models)));
      run(
          judge(context, new HashMap<>(byShard), shipped),
          byShard.keySet(),
          result -> {
            result
                .value()
                .forEach((candidate, evidence) -> all.merge(candidate, evidence, Evidence::plus));
            add(result.cost());
            finished.accept(result.value());
          });
      return all;
    } finally {
      shipped.values().forEach(SharedModel::close);
    }
  }

  /**
   * Runs a task on some shards only and hands each result over as it comes. Results arrive on
   * Spark's own event loop, which must not wait, so another thread takes them.
   */
  private <T> void run(
      Function2<Integer, Iterator<PreparedShard>, T> task,
      Collection<Integer> shards,
      Consumer<T> arrived) {
    ExecutorService arrivals = Executors.newSingleThreadExecutor();
    try {
      List<Future<?>> taken = new ArrayList<>();
      scala.Function2<TaskContext, scala.collection.Iterator<PreparedShard>, T> work =
          serializable(task);
      scala.Function2<Object, T, BoxedUnit> handler =
          (shard, result) -> {
            taken.add(arrivals.submit(() -> arrived.accept(result)));
            return BoxedUnit.UNIT;
          };
      spark
          .sc()
          .runJob(
              prepared.rdd(),
              work,
              CollectionConverters.asScala(new ArrayList<Object>(shards)).toSeq(),
              handler,
              ClassTag$.MODULE$.apply(Object.class));
      for (Future<?> result : taken) {
        result.get();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("the sweep was interrupted.", e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException failure) {
        throw failure;
      }
      throw new IllegalStateException("what a task found could not be taken.", e.getCause());
    } finally {
      arrivals.shutdown();
    }
  }

  private static <T>
      scala.Function2<TaskContext, scala.collection.Iterator<PreparedShard>, T> serializable(
          Function2<Integer, Iterator<PreparedShard>, T> task) {
    return (scala.Function2<TaskContext, scala.collection.Iterator<PreparedShard>, T>
            & Serializable)
        (context, shards) -> {
          try {
            return task.call(context.partitionId(), CollectionConverters.asJava(shards));
          } catch (RuntimeException e) {
            throw e;
          } catch (Exception e) {
            throw new IllegalStateException("a task of the sweep failed.", e);
          }
        };
  }

  /**
   * Some of the samples, as they were prepared here: what was decoded for candidates is decoded
   * once. Only the shards that hold some of them are looked into.
   *
   * @param part samples of this runner's set
   * @return one partition for each shard of the part, in their order, ranks ascending
   */
  JavaRDD<List<PreparedSample>> prepared(SampleIndex part) {
    SampleIndex all = context.samples().value();
    BitSet shards = new BitSet();
    for (int rank = 0; rank < part.size(); rank++) {
      shards.set(all.shard(all.rank(part.digest(rank))).number());
    }
    Broadcast<SampleIndex> whole = context.samples();
    Broadcast<SampleIndex> wanted = spark.broadcast(part);
    PairFlatMapFunction<Iterator<PreparedShard>, Integer, PreparedSample> pick =
        own -> {
          List<Tuple2<Integer, PreparedSample>> found = new ArrayList<>();
          while (own.hasNext()) {
            for (PreparedSample sample : own.next().samples()) {
              int rank = wanted.value().rank(whole.value().digest(sample.rank()));
              if (rank >= 0) {
                int shard = wanted.value().shard(rank).number();
                found.add(new Tuple2<>(shard, sample.ranked(rank)));
              }
            }
          }
          return found.iterator();
        };
    FlatMapFunction<Iterator<Tuple2<Integer, PreparedSample>>, List<PreparedSample>> gather =
        pairs -> {
          TreeMap<Integer, PreparedSample> ordered = new TreeMap<>();
          while (pairs.hasNext()) {
            PreparedSample sample = pairs.next()._2();
            ordered.put(sample.rank(), sample);
          }
          List<PreparedSample> own = new ArrayList<>(ordered.values());
          return List.of(own).iterator();
        };
    return PartitionPruningRDD.create(prepared.rdd(), only(shards))
        .toJavaRDD()
        .mapPartitionsToPair(pick)
        .partitionBy(new HashPartitioner(Math.max(1, part.shards())))
        .mapPartitions(gather, true);
  }

  private static scala.Function1<Object, Object> only(BitSet shards) {
    return (scala.Function1<Object, Object> & Serializable) shard -> shards.get((Integer) shard);
  }

  private synchronized void add(SweepCost more) {
    cost = cost.plus(more);
  }

  @Override
  public synchronized SweepCost cost() {
    return cost.plus(context.cost().total());
  }

  @Override
  public void close() {
    prepared.unpersist();
    reference.close();
    context.samples().unpersist();
  }

  @Override
  public String toString() {
    return "SparkSweepRunner[" + spark.master() + ", " + engine.identity() + "]";
  }

  private static FlatMapFunction<Iterator<ShardSamples>, PreparedShard> prepare(
      Context context, SharedModel reference) {
    return shards -> {
      List<PreparedShard> ready = new ArrayList<>();
      try (ExecutorCache<Predictor>.Lease lease =
          ExecutorCache.PREDICTORS.lease(context.engine().identity())) {
        Predictor predictor = open(lease, context.engine(), reference);
        while (shards.hasNext()) {
          ShardEvaluator.Result<List<PreparedSample>> result =
              context.evaluator().prepare(shards.next().samples(), predictor);
          context.cost().add(result.cost());
          ready.add(new PreparedShard(new ArrayList<>(result.value())));
        }
      }
      return ready.iterator();
    };
  }

  private static org.apache.spark.api.java.function.Function<PreparedShard, ReferenceEvidence>
      evidence(Context context) {
    return shard -> context.evaluator().referenceEvidence(shard.samples());
  }

  private static Function2<
          Integer, Iterator<PreparedShard>, TaskResult<Map<Sha256Digest, Evidence>>>
      judge(
          Context context,
          Map<Integer, EvaluationTask> tasks,
          Map<Sha256Digest, SharedModel> models) {
    return (partition, shards) -> {
      try (ExecutorCache<Predictor>.Lease lease =
          ExecutorCache.PREDICTORS.lease(context.engine().identity())) {
        ShardEvaluator.Result<Map<Sha256Digest, Evidence>> result =
            context
                .evaluator()
                .judge(
                    tasks.get(partition),
                    shards.next().samples(),
                    digest -> open(lease, context.engine(), models.get(digest)));
        return new TaskResult<>(new HashMap<>(result.value()), result.cost());
      }
    };
  }

  private static Predictor open(
      ExecutorCache<Predictor>.Lease lease, InferenceEngine engine, SharedModel model) {
    return lease.get(
        model.digest(),
        () ->
            engine.open(
                ModelReader.read(model.files(), "candidate " + model.digest().abbreviated())));
  }
}
