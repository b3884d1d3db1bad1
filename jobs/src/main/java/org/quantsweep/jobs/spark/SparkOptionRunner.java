package org.quantsweep.jobs.spark;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.IntSupplier;
import java.util.function.LongConsumer;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.api.java.function.Function2;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.rdd.PartitionPruningRDD;
import org.apache.spark.storage.StorageLevel;
import org.quantsweep.agreement.Criterion;
import org.quantsweep.artifact.ModelFiles;
import org.quantsweep.calibration.CalibrationSettings;
import org.quantsweep.calibration.InputMoments;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.inference.InferenceEngine;
import org.quantsweep.quantize.CalibratedWeightsCodec;
import org.quantsweep.quantize.OptimalTableSet;
import org.quantsweep.sample.SampleIndex;
import org.quantsweep.sample.ShardId;
import org.quantsweep.sweep.FitProgress;
import org.quantsweep.sweep.FittedOption;
import org.quantsweep.sweep.OptionEvaluator;
import org.quantsweep.sweep.OptionRunner;
import org.quantsweep.sweep.OptionStore;
import org.quantsweep.sweep.OptionWeights;
import org.quantsweep.sweep.PreparedSample;
import org.quantsweep.sweep.SampleBlock;
import org.quantsweep.sweep.Sensitivity;
import org.quantsweep.sweep.ShardEvaluator;
import org.quantsweep.sweep.SweepCost;
import org.quantsweep.sweep.TensorOption;
import scala.Tuple2;

/**
 * Runs the passes over single options on Spark. Moments are gathered shard by shard, brought
 * together by weight tensor, and stored; those that are stored are read instead. Options are fitted
 * on executors, several tasks to a weight tensor where slots are left, and written there where they
 * are large. For sensitivities options are cut so that each part and shard is a task.
 */
public final class SparkOptionRunner implements OptionRunner {
  /** More bytes of codes are not collected at once: a message of Spark holds 128 MB. */
  private static final long MOST_BYTES_HERE = 64L << 20;

  /** More groups are not measured at once: they share the native memory that one may take. */
  private static final int MOST_MEASURED = 4;

  /** More are not fitted at once: a kill loses them. */
  private static final int MOST_FITTED = 8;

  private final JavaSparkContext spark;
  private final Limits limits;
  private final JavaRDD<List<PreparedSample>> calibration;
  private final Context calibrationContext;
  private final JavaRDD<List<PreparedSample>> sensitivity;
  private final Context sensitivityContext;
  private final DeltaStatistics statistics;
  private final SharedModels models;
  private SweepCost cost = SweepCost.NONE;
  private boolean prepared;
  private boolean closed;

  /** As it was told last: groups were cut by it, so that no more of them may run at once. */
  private int measuredAtOnce = 1;

  /** What the tasks over one part of the samples need. */
  private record Context(
      SharedModel model,
      Broadcast<SampleIndex> samples,
      Criterion criterion,
      InferenceEngine engine,
      CalibrationSettings settings,
      TaskCost cost)
      implements Serializable {
    Context on(Broadcast<SampleIndex> others) {
      return new Context(model, others, criterion, engine, settings, cost);
    }

    OptionEvaluator evaluator() {
      return new OptionEvaluator(samples.value(), model.read(), engine, criterion, settings);
    }
  }

  private record Answer<T>(T value, SweepCost cost) implements Serializable {}

  /**
   * For one model.
   *
   * @param model what is quantized: the model as given, or rewritten
   * @param calibration samples that layers' inputs are gathered on
   * @param calibrating has these samples prepared, or prepares them; it stays open meanwhile
   * @param sensitivity samples that options are run on, each once
   * @param selecting has these samples prepared, or prepares them; it stays open meanwhile
   * @param statistics what is known of the inputs of the model's layers on the calibration samples
   * @param models what executors have; other runners of the sweep share it
   */
  public SparkOptionRunner(
      JavaSparkContext spark,
      ModelFiles model,
      SampleIndex calibration,
      SparkSweepRunner calibrating,
      SampleIndex sensitivity,
      SparkSweepRunner selecting,
      Criterion criterion,
      InferenceEngine engine,
      CalibrationSettings settings,
      DeltaStatistics statistics,
      SharedModels models) {
    this(
        spark,
        model,
        calibration,
        calibrating,
        sensitivity,
        selecting,
        criterion,
        engine,
        settings,
        statistics,
        models,
        new Limits(() -> ClusterSlots.of(spark), MOST_BYTES_HERE));
  }

  /**
   * What the work is cut by; no number depends on it.
   *
   * @param slots how many tasks can run at once; asked whenever work is cut
   * @param bytesHere of codes that are collected at most
   */
  record Limits(IntSupplier slots, long bytesHere) {}

  SparkOptionRunner(
      JavaSparkContext spark,
      ModelFiles model,
      SampleIndex calibration,
      SparkSweepRunner calibrating,
      SampleIndex sensitivity,
      SparkSweepRunner selecting,
      Criterion criterion,
      InferenceEngine engine,
      CalibrationSettings settings,
      DeltaStatistics statistics,
      SharedModels models,
      Limits limits) {
    this.spark = spark;
    this.limits = limits;
    this.statistics = statistics;
    this.models = models.join();
    this.calibrationContext =
        new Context(
            this.models.take(model),
            spark.broadcast(calibration),
            criterion,
            engine,
            settings,
            TaskCost.in(spark.sc()));
    this.calibration = calibrating.prepared(calibration);
    this.sensitivity = selecting.prepared(sensitivity);
    this.sensitivityContext = calibrationContext.on(spark.broadcast(sensitivity));
  }

  private int slots() {
    return limits.slots().getAsInt();
  }

  /** A group has a task for each shard at least. */
  private int atOnce(Context context, int most) {
    int shards = Math.max(1, context.samples().value().shards());
    return Math.max(1, Math.min(most, slots() / shards));
  }

  @Override
  public Map<TensorOption, FittedOption> fit(
      Collection<TensorOption> options, Map<String, OptimalTableSet> tables, FitProgress progress) {
    return fitted(options, tables, progress, SparkOptionRunner::collected);
  }

  /** Where codes are many they are written where they were made; else they stay here too. */
  @Override
  public Map<TensorOption, FittedOption> fitInto(
      OptionStore store,
      Sha256Digest key,
      Collection<TensorOption> options,
      Map<String, OptimalTableSet> tables,
      FitProgress progress) {
    return fitInto(store, key, new FitGroup(options, tables), progress, limits.bytesHere());
  }

  private Map<TensorOption, FittedOption> fitInto(
      OptionStore store,
      Sha256Digest key,
      FitGroup group,
      FitProgress progress,
      long mostBytesHere) {
    if (!(store instanceof DeltaOptionStore delta)) {
      return OptionRunner.super.fitInto(store, key, group.options(), group.tables(), progress);
    }
    return fitted(
        group.options(),
        group.tables(),
        progress,
        all -> {
          // Before the table is locked: another sweep may want to write there.
          long bytes =
              all.map(
                      own ->
                          own.values().stream()
                              .flatMap(found -> found.weights().stream())
                              .mapToLong(codes -> CalibratedWeightsCodec.encode(codes).length)
                              .sum())
                  .fold(0L, Long::sum);
          if (bytes > mostBytesHere) {
            delta.appendFitted(key, all);
            return collected(all.map(SparkOptionRunner::withoutCodes));
          }
          Map<TensorOption, FittedOption> here = collected(all);
          Map<TensorOption, FittedOption> kept = new TreeMap<>(here);
          kept.values().removeIf(found -> found.refusal().isPresent());
          delta.appendFitted(key, kept);
          return here;
        });
  }

  @Override
  public void fitEach(
      OptionStore store,
      Sha256Digest key,
      Iterator<FitGroup> groups,
      FitProgress progress,
      Consumer<Map<TensorOption, FittedOption>> found) {
    int atOnce = atOnce(calibrationContext, MOST_FITTED);
    long mostBytesHere = limits.bytesHere() / atOnce;
    new JobsAtOnce(spark, atOnce)
        .run(groups, group -> fitInto(store, key, group, progress, mostBytesHere), found);
  }

  private static Map<TensorOption, FittedOption> withoutCodes(
      Map<TensorOption, FittedOption> fitted) {
    Map<TensorOption, FittedOption> told = new HashMap<>();
    fitted.forEach((option, found) -> told.put(option, found.withoutCodes()));
    return told;
  }

  private static Map<TensorOption, FittedOption> collected(
      JavaRDD<Map<TensorOption, FittedOption>> fitted) {
    Map<TensorOption, FittedOption> all = new TreeMap<>();
    fitted.collect().forEach(all::putAll);
    return all;
  }

  /** Fits options on executors, and hands on what lies there. */
  private Map<TensorOption, FittedOption> fitted(
      Collection<TensorOption> options,
      Map<String, OptimalTableSet> tables,
      FitProgress progress,
      java.util.function.Function<
              JavaRDD<Map<TensorOption, FittedOption>>, Map<TensorOption, FittedOption>>
          use) {
    Map<String, List<TensorOption>> byTensor = new TreeMap<>();
    for (TensorOption option : options) {
      byTensor.computeIfAbsent(option.tensor(), tensor -> new ArrayList<>()).add(option);
    }
    FittingParts parts =
        new FittingParts(byTensor, slots(), calibrationContext.evaluator()::fittingWork);
    TensorPartitioner oneEach = new TensorPartitioner(parts.tensors());
    Set<String> known = statistics.known(byTensor.keySet());
    Set<String> missing = new HashSet<>(byTensor.keySet());
    missing.removeAll(known);
    JavaPairRDD<String, InputMoments> moments = statistics.load(known).partitionBy(oneEach);
    JavaPairRDD<String, InputMoments> gathered = null;
    if (missing.isEmpty()) {
      progress.gathering(0);
    } else {
      gathered = gather(missing, oneEach, progress).persist(StorageLevel.MEMORY_AND_DISK());
      moments = gathered.union(moments);
    }
    JavaRDD<Map<TensorOption, FittedOption>> fitted = null;
    try {
      if (gathered != null) {
        // Before the table is locked: another sweep may want to write there.
        gathered.count();
        statistics.append(gathered);
      }
      fitted = fit(parts, moments, tables, progress).persist(StorageLevel.MEMORY_AND_DISK());
      Map<TensorOption, FittedOption> all = new TreeMap<>(use.apply(fitted));
      options.forEach(one -> all.putIfAbsent(one, FittedOption.UNREACHED));
      return all;
    } finally {
      if (fitted != null) {
        fitted.unpersist();
      }
      if (gathered != null) {
        gathered.unpersist();
      }
    }
  }

  /** Runs the calibration samples through the network. */
  private JavaPairRDD<String, InputMoments> gather(
      Set<String> tensors, TensorPartitioner partitioner, FitProgress progress) {
    Context context = calibrationContext;
    progress.gathering(context.samples().value().size());
    TaskProgress done = TaskProgress.in(spark.sc(), progress::gathered);
    Function2<
            Integer,
            Iterator<List<PreparedSample>>,
            Iterator<Tuple2<MomentsOfShards.Place, InputMoments>>>
        gather =
            (shard, own) -> {
              List<Tuple2<MomentsOfShards.Place, InputMoments>> found = new ArrayList<>();
              OptionEvaluator evaluator = context.evaluator();
              while (own.hasNext()) {
                List<PreparedSample> samples = own.next();
                ShardEvaluator.Result<Map<String, InputMoments>> result =
                    evaluator.moments(samples, tensors);
                context.cost().add(result.cost());
                done.add((long) samples.size());
                result
                    .value()
                    .forEach(
                        (tensor, moments) ->
                            found.add(
                                new Tuple2<>(new MomentsOfShards.Place(tensor, shard), moments)));
              }
              return found.iterator();
            };
    return MomentsOfShards.sum(
        JavaPairRDD.fromJavaRDD(calibration.mapPartitionsWithIndex(gather, false)),
        context.samples().value().shards(),
        partitioner);
  }

  private JavaRDD<Map<TensorOption, FittedOption>> fit(
      FittingParts parts,
      JavaPairRDD<String, InputMoments> moments,
      Map<String, OptimalTableSet> tables,
      FitProgress progress) {
    TaskProgress done = TaskProgress.in(spark.sc(), progress::fitted);
    Context context = calibrationContext;
    Map<String, List<TensorOption>> optionsOf = parts.options();
    Map<String, List<String>> partsOf = parts.names();
    // Two KB for each weight tensor.
    Map<String, OptimalTableSet> known = new HashMap<>(tables);
    FlatMapFunction<Iterator<Tuple2<String, InputMoments>>, Map<TensorOption, FittedOption>> fit =
        own -> {
          Map<TensorOption, FittedOption> fitted = new HashMap<>();
          Set<String> begun = new HashSet<>();
          while (own.hasNext()) {
            Tuple2<String, InputMoments> part = own.next();
            // Two sweeps at once may both have stored them.
            if (begun.add(part._1())) {
              OptionEvaluator evaluator = context.evaluator();
              fitted.putAll(evaluator.fit(optionsOf.get(part._1()), part._2(), known));
              done.add(evaluator.fittingWork(optionsOf.get(part._1())));
            }
          }
          return List.of(fitted).iterator();
        };
    JavaPairRDD<String, InputMoments> dealt =
        moments.flatMapToPair(
            own ->
                partsOf.get(own._1()).stream()
                    .map(part -> new Tuple2<>(part, own._2()))
                    .iterator());
    return (parts.areWhole() ? dealt : dealt.partitionBy(new TensorPartitioner(optionsOf.keySet())))
        .mapPartitions(fit);
  }

  @Override
  public synchronized int groupsAtOnce() {
    measuredAtOnce = atOnce(sensitivityContext, MOST_MEASURED);
    return measuredAtOnce;
  }

  @Override
  public void measureEach(
      Iterator<Map<TensorOption, OptionWeights>> groups,
      SampleBlock block,
      LongConsumer ran,
      Consumer<Map<TensorOption, Sensitivity>> found) {
    int atOnce;
    synchronized (this) {
      atOnce = measuredAtOnce;
    }
    new JobsAtOnce(spark, atOnce)
        .run(groups, group -> measure(group, block, ran, atOnce > 1), found);
  }

  @Override
  public Map<TensorOption, Sensitivity> measure(
      Map<TensorOption, OptionWeights> options, SampleBlock block, LongConsumer ran) {
    return measure(options, block, ran, false);
  }

  /** Runs a group, perhaps beside others. */
  private Map<TensorOption, Sensitivity> measure(
      Map<TensorOption, OptionWeights> options,
      SampleBlock block,
      LongConsumer ran,
      boolean beside) {
    TaskProgress done = TaskProgress.in(spark.sc(), ran);
    JavaRDD<List<PreparedSample>> samples = held(block);
    int shards = Math.max(1, samples.getNumPartitions());
    List<OptionPart> parts = parts(options, slots() / shards);
    if (parts.size() > 1 || beside) {
      prepareOnce();
    }
    List<Integer> places = new ArrayList<>();
    for (int place = 0; place < parts.size(); place++) {
      places.add(place);
    }
    Context context = sensitivityContext;
    FlatMapFunction<
            Iterator<Tuple2<Integer, List<PreparedSample>>>, Answer<Map<TensorOption, Sensitivity>>>
        run =
            work -> {
              List<Answer<Map<TensorOption, Sensitivity>>> found = new ArrayList<>();
              OptionEvaluator evaluator = context.evaluator();
              try (ExecutorCache<OptionEvaluator.Sessions>.Lease lease =
                  ExecutorCache.SESSIONS.lease(context.engine().identity())) {
                while (work.hasNext()) {
                  Tuple2<Integer, List<PreparedSample>> shard = work.next();
                  OptionPart part = parts.get(shard._1());
                  OptionEvaluator.Sessions sessions =
                      lease.get(part.digest(), () -> evaluator.open(part.options().value()));
                  ShardEvaluator.Result<Map<TensorOption, Sensitivity>> result =
                      evaluator.measure(shard._2(), sessions, block);
                  done.add(block.count(shard._2()) * part.options().value().size());
                  found.add(new Answer<>(new HashMap<>(result.value()), result.cost()));
                }
              }
              return found.iterator();
            };
    try {
      Map<TensorOption, Sensitivity> all = new TreeMap<>();
      // Collected by partition: by part, and within each by shard.
      for (Answer<Map<TensorOption, Sensitivity>> answer :
          spark
              .parallelize(places, places.size())
              .cartesian(samples)
              .mapPartitions(run)
              .collect()) {
        answer.value().forEach((option, added) -> all.merge(option, added, Sensitivity::plus));
        add(answer.cost());
      }
      return all;
    } finally {
      parts.forEach(part -> part.options().unpersist());
    }
  }

  /** The shards that hold some of the samples of a block: others would be tasks for nothing. */
  private JavaRDD<List<PreparedSample>> held(SampleBlock block) {
    SampleIndex index = sensitivityContext.samples().value();
    BitSet wanted = new BitSet();
    for (int number = 0; number < index.shards(); number++) {
      ShardId shard = new ShardId(number);
      wanted.set(number, block.meets(index.first(shard), index.end(shard)));
    }
    return wanted.cardinality() == sensitivity.getNumPartitions()
        ? sensitivity
        : PartitionPruningRDD.create(
                sensitivity.rdd(),
                (scala.Function1<Object, Object> & Serializable)
                    shard -> wanted.get((Integer) shard))
            .toJavaRDD();
  }

  /** Else the tasks of every part and group would prepare the same samples. */
  private synchronized void prepareOnce() {
    if (!prepared) {
      sensitivity.count();
      prepared = true;
    }
  }

  private synchronized void add(SweepCost more) {
    cost = cost.plus(more);
  }

  /**
   * Options that a task runs on a shard.
   *
   * @param digest what executors know them by while they are open
   */
  private record OptionPart(
      Broadcast<TreeMap<TensorOption, OptionWeights>> options, Sha256Digest digest)
      implements Serializable {}

  /** Options in their order, cut so that every slot has a shard to run. */
  private List<OptionPart> parts(Map<TensorOption, OptionWeights> options, int wanted) {
    TreeMap<TensorOption, OptionWeights> sorted = new TreeMap<>(options);
    int count = Math.max(1, Math.min(wanted, sorted.size()));
    List<TreeMap<TensorOption, OptionWeights>> cut = new ArrayList<>();
    int place = 0;
    for (Map.Entry<TensorOption, OptionWeights> entry : sorted.entrySet()) {
      if ((long) place * count / sorted.size() == cut.size()) {
        cut.add(new TreeMap<>());
      }
      cut.get(cut.size() - 1).put(entry.getKey(), entry.getValue());
      place++;
    }
    List<OptionPart> parts = new ArrayList<>();
    for (TreeMap<TensorOption, OptionWeights> own : cut) {
      Broadcast<TreeMap<TensorOption, OptionWeights>> shared = spark.broadcast(own);
      Sha256Digest.Builder key = new Sha256Digest.Builder();
      own.keySet().forEach(option -> key.field(option.tensor(), option.scheme().toString()));
      key.field("broadcast", Long.toString(shared.id()));
      parts.add(new OptionPart(shared, key.build()));
    }
    return parts;
  }

  @Override
  public synchronized SweepCost cost() {
    return cost.plus(calibrationContext.cost().total());
  }

  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    calibration.unpersist();
    calibrationContext.samples().unpersist();
    sensitivity.unpersist();
    sensitivityContext.samples().unpersist();
    models.giveBack(calibrationContext.model().digest());
    models.close();
  }
}
