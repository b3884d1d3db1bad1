package org.quantsweep.jobs.spark;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.api.java.function.Function2;
import org.apache.spark.api.java.function.PairFlatMapFunction;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.storage.StorageLevel;
import org.quantsweep.agreement.Criterion;
import org.quantsweep.artifact.ModelFiles;
import org.quantsweep.calibration.CalibrationSettings;
import org.quantsweep.calibration.InputMoments;
import org.quantsweep.coreml.file.ModelReader;
import org.quantsweep.datasets.table.ShardSamples;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.inference.InferenceEngine;
import org.quantsweep.inference.Predictor;
import org.quantsweep.quantize.OptimalTableSet;
import org.quantsweep.sample.SampleIndex;
import org.quantsweep.sample.SamplePreparation;
import org.quantsweep.sweep.FittedOption;
import org.quantsweep.sweep.OptionEvaluator;
import org.quantsweep.sweep.OptionRunner;
import org.quantsweep.sweep.OptionWeights;
import org.quantsweep.sweep.PreparedSample;
import org.quantsweep.sweep.Sensitivity;
import org.quantsweep.sweep.ShardEvaluator;
import org.quantsweep.sweep.SweepCost;
import org.quantsweep.sweep.TensorOption;
import scala.Tuple2;

/**
 * Runs the passes over single options on Spark. Moments are gathered shard by shard, brought
 * together by weight tensor, and stored; those that are stored are read instead. Each tensor's
 * options are fitted where its moments lie. For sensitivities a group of options is opened once on
 * each executor.
 */
public final class SparkOptionRunner implements OptionRunner {
  /** Beside the statistics, which executors read and write. */
  private static final String MODELS = "-models";

  private final JavaSparkContext spark;
  private final Split calibration;
  private final JavaRDD<List<PreparedSample>> sensitivity;
  private final Context sensitivityContext;
  private final DeltaStatistics statistics;
  private SweepCost cost = SweepCost.NONE;

  /** The samples of one part, ready, and what their tasks need. */
  private record Split(JavaRDD<Prepared> prepared, Context context) {}

  private record Context(
      SharedModel model,
      Broadcast<SampleIndex> samples,
      SamplePreparation preparation,
      Criterion criterion,
      InferenceEngine engine,
      CalibrationSettings settings,
      TaskCost cost)
      implements Serializable {
    Context on(Broadcast<SampleIndex> others) {
      return new Context(model, others, preparation, criterion, engine, settings, cost);
    }

    OptionEvaluator evaluator() {
      ModelFiles file = model.files();
      return new OptionEvaluator(
          samples.value(),
          ModelReader.read(file, "model " + file.digest().abbreviated()),
          engine,
          criterion,
          settings);
    }
  }

  private record Prepared(int shard, List<PreparedSample> samples) implements Serializable {}

  private record Moments(int shard, InputMoments moments) implements Serializable {}

  private record Answer<T>(T value, SweepCost cost) implements Serializable {}

  /**
   * For one model.
   *
   * @param model what is quantized: the model as given, or rewritten
   * @param calibration samples that layers' inputs are gathered on
   * @param calibrationShards one partition for each of their shards
   * @param sensitivity samples that options are run on, each once
   * @param selecting has these samples prepared, or prepares them
   * @param statistics what is known of the inputs of the model's layers on the calibration samples
   */
  public SparkOptionRunner(
      JavaSparkContext spark,
      ModelFiles model,
      SampleIndex calibration,
      JavaRDD<ShardSamples> calibrationShards,
      SampleIndex sensitivity,
      SparkSweepRunner selecting,
      SamplePreparation preparation,
      Criterion criterion,
      InferenceEngine engine,
      CalibrationSettings settings,
      DeltaStatistics statistics) {
    this.spark = spark;
    this.statistics = statistics;
    Context context =
        new Context(
            SharedModel.share(spark, model, statistics.path() + MODELS),
            spark.broadcast(calibration),
            preparation,
            criterion,
            engine,
            settings,
            TaskCost.in(spark.sc()));
    this.calibration = split(context, calibrationShards);
    this.sensitivity = selecting.prepared(sensitivity).persist(StorageLevel.MEMORY_AND_DISK());
    this.sensitivityContext = context.on(spark.broadcast(sensitivity));
  }

  private static Split split(Context context, JavaRDD<ShardSamples> shards) {
    FlatMapFunction<Iterator<ShardSamples>, Prepared> prepare =
        own -> {
          List<Prepared> ready = new ArrayList<>();
          try (ExecutorCache<Predictor>.Lease lease =
              ExecutorCache.PREDICTORS.lease(context.engine().identity())) {
            SharedModel model = context.model();
            Predictor predictor =
                lease.get(
                    model.digest(),
                    () ->
                        context
                            .engine()
                            .open(ModelReader.read(model.files(), "the model to quantize")));
            while (own.hasNext()) {
              ShardSamples shard = own.next();
              ShardEvaluator.Result<List<PreparedSample>> result =
                  new ShardEvaluator(
                          context.samples().value(), context.preparation(), context.criterion())
                      .prepare(shard.samples(), predictor);
              context.cost().add(result.cost());
              ready.add(new Prepared(shard.shard().number(), new ArrayList<>(result.value())));
            }
          }
          return ready.iterator();
        };
    return new Split(
        shards.mapPartitions(prepare).persist(StorageLevel.MEMORY_AND_DISK()), context);
  }

  @Override
  public Map<TensorOption, FittedOption> fit(
      Collection<TensorOption> options, Map<String, OptimalTableSet> tables) {
    Map<String, List<TensorOption>> byTensor = new TreeMap<>();
    for (TensorOption option : options) {
      byTensor.computeIfAbsent(option.tensor(), tensor -> new ArrayList<>()).add(option);
    }
    TensorPartitioner oneEach = new TensorPartitioner(byTensor.keySet());
    Set<String> known = statistics.known(byTensor.keySet());
    Set<String> missing = new HashSet<>(byTensor.keySet());
    missing.removeAll(known);
    JavaPairRDD<String, InputMoments> stored = statistics.load(known).partitionBy(oneEach);
    if (missing.isEmpty()) {
      return fit(byTensor, stored, tables);
    }
    JavaPairRDD<String, InputMoments> gathered =
        gather(missing, oneEach).persist(StorageLevel.MEMORY_AND_DISK());
    try {
      // Before the table is locked: another sweep may want to write there.
      gathered.count();
      statistics.append(gathered);
      return fit(byTensor, gathered.union(stored), tables);
    } finally {
      gathered.unpersist();
    }
  }

  /** Runs the calibration samples through the network. */
  private JavaPairRDD<String, InputMoments> gather(
      Set<String> tensors, TensorPartitioner partitioner) {
    Context context = calibration.context();
    PairFlatMapFunction<Iterator<Prepared>, String, Moments> gather =
        shards -> {
          List<Tuple2<String, Moments>> found = new ArrayList<>();
          OptionEvaluator evaluator = context.evaluator();
          while (shards.hasNext()) {
            Prepared shard = shards.next();
            ShardEvaluator.Result<Map<String, InputMoments>> result =
                evaluator.moments(shard.samples(), tensors);
            context.cost().add(result.cost());
            result
                .value()
                .forEach(
                    (tensor, moments) ->
                        found.add(new Tuple2<>(tensor, new Moments(shard.shard(), moments))));
          }
          return found.iterator();
        };
    Function<Iterable<Moments>, InputMoments> merge =
        parts -> {
          // By shard: floating sums must not depend on which came first.
          TreeMap<Integer, InputMoments> ordered = new TreeMap<>();
          parts.forEach(part -> ordered.put(part.shard(), part.moments()));
          return ordered.values().stream().reduce(InputMoments::plus).orElseThrow();
        };
    return calibration
        .prepared()
        .mapPartitionsToPair(gather)
        .groupByKey(partitioner)
        .mapValues(merge);
  }

  private Map<TensorOption, FittedOption> fit(
      Map<String, List<TensorOption>> options,
      JavaPairRDD<String, InputMoments> moments,
      Map<String, OptimalTableSet> tables) {
    Context context = calibration.context();
    // Two KB for each weight tensor.
    Map<String, OptimalTableSet> known = new HashMap<>(tables);
    FlatMapFunction<Iterator<Tuple2<String, InputMoments>>, HashMap<TensorOption, FittedOption>>
        fit =
            tensors -> {
              HashMap<TensorOption, FittedOption> fitted = new HashMap<>();
              Set<String> done = new HashSet<>();
              while (tensors.hasNext()) {
                Tuple2<String, InputMoments> tensor = tensors.next();
                // Two sweeps at once may both have stored them.
                if (done.add(tensor._1())) {
                  fitted.putAll(
                      context.evaluator().fit(options.get(tensor._1()), tensor._2(), known));
                }
              }
              return List.of(fitted).iterator();
            };
    Map<TensorOption, FittedOption> all = new TreeMap<>();
    moments.mapPartitions(fit).collect().forEach(all::putAll);
    options
        .values()
        .forEach(own -> own.forEach(one -> all.putIfAbsent(one, FittedOption.UNREACHED)));
    return all;
  }

  @Override
  public Map<TensorOption, Sensitivity> measure(Map<TensorOption, OptionWeights> options) {
    Broadcast<TreeMap<TensorOption, OptionWeights>> group = spark.broadcast(new TreeMap<>(options));
    Sha256Digest.Builder key = new Sha256Digest.Builder();
    new TreeMap<>(options)
        .keySet()
        .forEach(option -> key.field(option.tensor(), option.scheme().toString()));
    key.field("broadcast", Long.toString(group.id()));
    Sha256Digest digest = key.build();
    Context context = sensitivityContext;
    Function2<
            Integer,
            Iterator<List<PreparedSample>>,
            Iterator<Answer<Map<TensorOption, Sensitivity>>>>
        run =
            (partition, shards) -> {
              List<Answer<Map<TensorOption, Sensitivity>>> found = new ArrayList<>();
              OptionEvaluator evaluator = context.evaluator();
              try (ExecutorCache<OptionEvaluator.Sessions>.Lease lease =
                  ExecutorCache.SESSIONS.lease(context.engine().identity())) {
                OptionEvaluator.Sessions sessions =
                    lease.get(digest, () -> evaluator.open(group.value()));
                while (shards.hasNext()) {
                  ShardEvaluator.Result<Map<TensorOption, Sensitivity>> result =
                      evaluator.measure(shards.next(), sessions);
                  found.add(new Answer<>(new HashMap<>(result.value()), result.cost()));
                }
              }
              return found.iterator();
            };
    try {
      Map<TensorOption, Sensitivity> all = new TreeMap<>();
      // Collected by partition, which is by shard.
      for (Answer<Map<TensorOption, Sensitivity>> answer :
          sensitivity.mapPartitionsWithIndex(run, true).collect()) {
        answer.value().forEach((option, added) -> all.merge(option, added, Sensitivity::plus));
        cost = cost.plus(answer.cost());
      }
      return all;
    } finally {
      group.unpersist();
    }
  }

  @Override
  public SweepCost cost() {
    return cost.plus(calibration.context().cost().total());
  }

  @Override
  public void close() {
    calibration.prepared().unpersist();
    calibration.context().samples().unpersist();
    calibration.context().model().close();
    sensitivity.unpersist();
    sensitivityContext.samples().unpersist();
  }
}
