package org.quantsweep.jobs.spark;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.spark.HashPartitioner;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.api.java.function.PairFlatMapFunction;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.rdd.PartitionPruningRDD;
import org.apache.spark.rdd.RDD;
import org.apache.spark.storage.StorageLevel;
import org.quantsweep.agreement.Criterion;
import org.quantsweep.artifact.ModelFiles;
import org.quantsweep.coreml.file.ModelReader;
import org.quantsweep.datasets.table.ShardSamples;
import org.quantsweep.datasets.table.TaskRdd;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.inference.InferenceEngine;
import org.quantsweep.inference.Predictor;
import org.quantsweep.sample.SampleIndex;
import org.quantsweep.sample.SamplePreparation;
import org.quantsweep.sample.ShardId;
import org.quantsweep.sweep.EvaluationTask;
import org.quantsweep.sweep.Evidence;
import org.quantsweep.sweep.PreparedSample;
import org.quantsweep.sweep.ReferenceEvidence;
import org.quantsweep.sweep.ShardEvaluator;
import org.quantsweep.sweep.SweepCost;
import org.quantsweep.sweep.SweepPlanner;
import org.quantsweep.sweep.SweepRunner;
import scala.Tuple2;
import scala.jdk.javaapi.CollectionConverters;
import scala.reflect.ClassTag$;
import scala.runtime.BoxedUnit;

/**
 * Runs a sweep on Spark: a shard to a partition. Samples are decoded and the reference is run once;
 * both stay with Spark (memory, then disk) for all waves. A model reaches an executor once in a
 * sweep, by broadcast or from storage, and an executor that has it open asks for nothing.
 *
 * <p>What a task needs of the sample set travels with it alone: its shard's digests, what is known
 * of the reference there, the ranks to judge. A wave runs as several jobs, so that the results of
 * each stay far below Spark's limit.
 */
public final class SparkSweepRunner implements SweepRunner {
  private final JavaSparkContext spark;
  private final SampleIndex samples;
  private final Supplier<JavaRDD<ShardSamples>> shards;
  private final SharedModels models;
  private final SharedModel reference;
  private final Context context;
  private final Consumer<Map<Sha256Digest, Evidence>> finished;
  private ReferenceEvidence known = ReferenceEvidence.none();
  private RDD<PreparedShard> prepared;
  private boolean closed;
  private SweepCost cost = SweepCost.NONE;

  /** What every task needs; it travels with the task's code. */
  private record Context(
      SamplePreparation preparation, Criterion criterion, InferenceEngine engine, TaskCost cost)
      implements Serializable {}

  /**
   * What the preparation of a shard needs.
   *
   * @param samples of the shard alone
   * @param first the rank of the first of them
   * @param known of the reference, by rank in the shard
   */
  private record Shard(SampleIndex samples, int first, ReferenceEvidence known)
      implements Serializable {}

  /** A shard's samples, ready for candidates. */
  private record PreparedShard(List<PreparedSample> samples) implements Serializable {}

  /**
   * What a task found.
   *
   * @param evidence in the order of the task's candidates
   */
  private record Judged(List<Evidence> evidence, SweepCost cost) implements Serializable {}

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
    this(
        spark,
        reference,
        samples,
        () -> shards,
        preparation,
        criterion,
        engine,
        new SharedModels(spark, ""),
        evidence -> {});
  }

  /**
   * For one model and sample set.
   *
   * @param reference the model as given
   * @param shards one partition for each shard, in the order of the shards; asked for when a task
   *     is to run
   * @param models what executors have; other runners of the sweep may share it
   * @param finished gets the evidence of each task as soon as the task ends, on one thread, so that
   *     a killed driver loses little of a long wave
   */
  public SparkSweepRunner(
      JavaSparkContext spark,
      ModelFiles reference,
      SampleIndex samples,
      Supplier<JavaRDD<ShardSamples>> shards,
      SamplePreparation preparation,
      Criterion criterion,
      InferenceEngine engine,
      SharedModels models,
      Consumer<Map<Sha256Digest, Evidence>> finished) {
    this.spark = spark;
    this.samples = samples;
    this.shards = shards;
    this.models = models.join();
    this.reference = this.models.take(reference);
    this.finished = finished;
    this.context = new Context(preparation, criterion, engine, TaskCost.in(spark.sc()));
  }

  @Override
  public synchronized void know(ReferenceEvidence evidence) {
    known = evidence;
  }

  @Override
  public int slots() {
    return ClusterSlots.of(spark);
  }

  /** Made when it is first asked for: by then it is told what is known. */
  private synchronized RDD<PreparedShard> prepared() {
    if (prepared == null) {
      List<TaskRdd.Task<Shard>> tasks = new ArrayList<>();
      ReferenceEvidence told = known;
      for (int number = 0; number < samples.shards(); number++) {
        ShardId id = new ShardId(number);
        tasks.add(
            new TaskRdd.Task<>(
                number,
                () ->
                    new Shard(
                        samples.shardAlone(id),
                        samples.first(id),
                        told.part(samples.first(id), samples.end(id)))));
      }
      prepared =
          new TaskRdd<>(read().rdd(), tasks, prepare(context, reference))
              .persist(StorageLevel.MEMORY_AND_DISK());
    }
    return prepared;
  }

  private JavaRDD<ShardSamples> read() {
    JavaRDD<ShardSamples> read = shards.get();
    if (read.getNumPartitions() != samples.shards()) {
      throw new IllegalArgumentException(
          samples.shards()
              + " shards need as many partitions, not "
              + read.getNumPartitions()
              + ".");
    }
    return read;
  }

  @Override
  public ReferenceEvidence runReference() {
    return runReference(found -> {});
  }

  @Override
  public ReferenceEvidence runReference(Consumer<ReferenceEvidence> found) {
    ReferenceEvidence.Union all = new ReferenceEvidence.Union(samples.size());
    ReferenceEvidence told = known();
    all.add(told);
    Context own = context;
    RDD<PreparedShard> ready = prepared();
    for (List<ShardId> job : SweepPlanner.referenceJobs(samples)) {
      List<Object> partitions = new ArrayList<>();
      for (ShardId shard : job) {
        if (!told.suffices(samples.first(shard), samples.end(shard))) {
          partitions.add(shard.number());
        }
      }
      Function<Iterator<PreparedShard>, ReferenceEvidence> evidence =
          prepared -> evaluator(own).referenceEvidence(prepared.next().samples());
      BiConsumer<Integer, ReferenceEvidence> arrived =
          (partition, part) -> {
            all.add(part);
            found.accept(part);
          };
      if (!partitions.isEmpty()) {
        run(ready, evidence, partitions, arrived);
      }
    }
    return all.united();
  }

  private synchronized ReferenceEvidence known() {
    return known;
  }

  @Override
  public Map<Sha256Digest, Evidence> evaluate(
      List<EvaluationTask> tasks, Map<Sha256Digest, ModelFiles> candidates) {
    Map<Sha256Digest, SharedModel> shipped = models.take(candidates);
    Map<Sha256Digest, Evidence.Union> all = new TreeMap<>();
    try {
      for (List<EvaluationTask> job : SweepPlanner.jobs(tasks)) {
        evaluate(job, shipped, all);
      }
    } finally {
      candidates.keySet().forEach(models::giveBack);
    }
    Map<Sha256Digest, Evidence> united = new HashMap<>();
    all.forEach((candidate, evidence) -> united.put(candidate, evidence.united()));
    return united;
  }

  /** Runs one job. */
  private void evaluate(
      List<EvaluationTask> tasks,
      Map<Sha256Digest, SharedModel> shipped,
      Map<Sha256Digest, Evidence.Union> all) {
    List<TaskRdd.Task<EvaluationTask>> work = new ArrayList<>();
    List<Object> numbers = new ArrayList<>();
    for (EvaluationTask task : tasks) {
      numbers.add(work.size());
      work.add(new TaskRdd.Task<>(task.shard().number(), () -> task));
    }
    Function<Iterator<Judged>, Judged> only = Iterator::next;
    run(
        new TaskRdd<>(prepared(), work, judge(context, shipped)),
        only,
        numbers,
        (number, result) -> {
          Map<Sha256Digest, Evidence> found = new HashMap<>();
          List<EvaluationTask.CandidateSamples> group = tasks.get(number).group();
          for (int i = 0; i < group.size(); i++) {
            found.put(group.get(i).candidate(), result.evidence().get(i));
          }
          found.forEach(
              (candidate, evidence) ->
                  all.computeIfAbsent(candidate, missing -> new Evidence.Union()).add(evidence));
          add(result.cost());
          finished.accept(found);
        });
  }

  /**
   * Runs a task on some partitions only and hands each result over as it comes, once for each
   * partition, however often Spark tried it. Results arrive on Spark's own event loop, which must
   * not wait, so another thread takes them.
   */
  private <P, T> void run(
      RDD<P> partitions,
      Function<Iterator<P>, T> task,
      List<Object> numbers,
      BiConsumer<Integer, T> arrived) {
    ExecutorService arrivals = Executors.newSingleThreadExecutor();
    try {
      List<Future<?>> taken = new ArrayList<>();
      scala.Function2<TaskContext, scala.collection.Iterator<P>, T> work = serializable(task);
      scala.Function2<Object, T, BoxedUnit> handler =
          (place, result) -> {
            int number = (Integer) numbers.get((Integer) place);
            taken.add(arrivals.submit(() -> arrived.accept(number, result)));
            return BoxedUnit.UNIT;
          };
      spark
          .sc()
          .runJob(
              partitions,
              work,
              CollectionConverters.asScala(numbers).toSeq(),
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

  private static <P, T> scala.Function2<TaskContext, scala.collection.Iterator<P>, T> serializable(
      Function<Iterator<P>, T> task) {
    return (scala.Function2<TaskContext, scala.collection.Iterator<P>, T> & Serializable)
        (context, elements) -> {
          try {
            return task.call(CollectionConverters.asJava(elements));
          } catch (RuntimeException e) {
            throw e;
          } catch (Exception e) {
            throw new IllegalStateException("a task of the sweep failed.", e);
          }
        };
  }

  /**
   * Some of the samples, as they were prepared here: what was decoded for candidates is decoded
   * once. Only the shards that hold some of them are looked into. All of them are what this runner
   * keeps; fewer are kept once more until whoever asks gives them up.
   *
   * @param part samples of this runner's set
   * @return one partition for each shard of the part, in their order, ranks ascending
   */
  JavaRDD<List<PreparedSample>> prepared(SampleIndex part) {
    if (part.setDigest().equals(samples.setDigest())) {
      return prepared().toJavaRDD().map(PreparedShard::samples);
    }
    BitSet held = new BitSet();
    int[] ranks = new int[part.size()];
    int[] numbers = new int[part.size()];
    for (int rank = 0; rank < part.size(); rank++) {
      ranks[rank] = samples.rank(part.digest(rank));
      numbers[rank] = part.shard(rank).number();
      held.set(samples.shard(ranks[rank]).number());
    }
    // Both sets are in the order of digests.
    Broadcast<int[]> wanted = spark.broadcast(ranks);
    Broadcast<int[]> partShards = spark.broadcast(numbers);
    PairFlatMapFunction<Iterator<PreparedShard>, Integer, PreparedSample> pick =
        prepared -> {
          List<Tuple2<Integer, PreparedSample>> found = new ArrayList<>();
          while (prepared.hasNext()) {
            for (PreparedSample sample : prepared.next().samples()) {
              int rank = Arrays.binarySearch(wanted.value(), sample.rank());
              if (rank >= 0) {
                found.add(new Tuple2<>(partShards.value()[rank], sample.ranked(rank)));
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
    return PartitionPruningRDD.create(prepared(), only(held))
        .toJavaRDD()
        .mapPartitionsToPair(pick)
        .partitionBy(new HashPartitioner(Math.max(1, part.shards())))
        .mapPartitions(gather, true)
        .persist(StorageLevel.MEMORY_AND_DISK());
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
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    if (prepared != null) {
      prepared.unpersist(false);
    }
    models.giveBack(reference.digest());
    models.close();
  }

  @Override
  public String toString() {
    return "SparkSweepRunner[" + spark.master() + ", " + context.engine().identity() + "]";
  }

  /** Over no samples: what is judged is known by its rank. */
  private static ShardEvaluator evaluator(Context context) {
    return new ShardEvaluator(
        SampleIndex.of(List.of()), context.preparation(), context.criterion());
  }

  private static TaskRdd.Work<ShardSamples, Shard, PreparedShard> prepare(
      Context context, SharedModel reference) {
    return (shards, own) -> {
      List<PreparedShard> ready = new ArrayList<>();
      try (ExecutorCache<Predictor>.Lease lease =
          ExecutorCache.PREDICTORS.lease(context.engine().identity())) {
        Predictor predictor = open(lease, context.engine(), reference);
        while (shards.hasNext()) {
          ShardEvaluator.Result<List<PreparedSample>> result =
              new ShardEvaluator(
                      own.samples(), own.first(), context.preparation(), context.criterion())
                  .prepare(shards.next().samples(), predictor, own.known());
          context.cost().add(result.cost());
          ready.add(new PreparedShard(new ArrayList<>(result.value())));
        }
      }
      return ready.iterator();
    };
  }

  private static TaskRdd.Work<PreparedShard, EvaluationTask, Judged> judge(
      Context context, Map<Sha256Digest, SharedModel> models) {
    return (shards, task) -> {
      try (ExecutorCache<Predictor>.Lease lease =
          ExecutorCache.PREDICTORS.lease(context.engine().identity())) {
        ShardEvaluator.Result<Map<Sha256Digest, Evidence>> result =
            evaluator(context)
                .judge(
                    task,
                    shards.next().samples(),
                    digest -> open(lease, context.engine(), models.get(digest)));
        List<Evidence> evidence = new ArrayList<>();
        task.group().forEach(own -> evidence.add(result.value().get(own.candidate())));
        return List.of(new Judged(evidence, result.cost())).iterator();
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
