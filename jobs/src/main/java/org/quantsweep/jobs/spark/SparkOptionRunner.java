package org.quantsweep.jobs.spark;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.HashPartitioner;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.api.java.function.Function2;
import org.apache.spark.api.java.function.PairFlatMapFunction;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.storage.StorageLevel;
import org.quantsweep.agreement.Criterion;
import org.quantsweep.calibration.CalibrationSettings;
import org.quantsweep.calibration.InputMoments;
import org.quantsweep.coreml.ModelReader;
import org.quantsweep.datasets.table.ShardSamples;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.encode.EncodedModel;
import org.quantsweep.inference.InferenceEngine;
import org.quantsweep.inference.Predictor;
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
 * together by weight tensor, and each tensor's options are fitted where its moments lie. For
 * sensitivities a group of options is opened once on each executor.
 */
public final class SparkOptionRunner implements OptionRunner {
  private final JavaSparkContext spark;
  private final Split calibration;
  private final Split sensitivity;
  private SweepCost cost = SweepCost.NONE;

  /** The samples of one part, ready, and what their tasks need. */
  private record Split(JavaRDD<Prepared> prepared, Context context) {}

  private record Context(
      Broadcast<EncodedModel> model,
      Broadcast<SampleIndex> samples,
      SamplePreparation preparation,
      Criterion criterion,
      InferenceEngine engine,
      CalibrationSettings settings)
      implements Serializable {
    OptionEvaluator evaluator() {
      EncodedModel file = model.value();
      return new OptionEvaluator(
          samples.value(),
          ModelReader.read(file.sharedBytes(), "model " + file.digest().abbreviated()),
          engine,
          criterion,
          settings);
    }
  }

  private record Prepared(int shard, List<PreparedSample> samples, SweepCost cost)
      implements Serializable {}

  private record Moments(int shard, InputMoments moments) implements Serializable {}

  private record Answer<T>(T value, SweepCost cost) implements Serializable {}

  /**
   * For one model.
   *
   * @param model what is quantized: the model as given, or rewritten
   * @param calibration samples that layers' inputs are gathered on
   * @param calibrationShards one partition for each of their shards
   * @param sensitivity samples that options are run on
   * @param sensitivityShards one partition for each of their shards
   */
  public SparkOptionRunner(
      JavaSparkContext spark,
      EncodedModel model,
      SampleIndex calibration,
      JavaRDD<ShardSamples> calibrationShards,
      SampleIndex sensitivity,
      JavaRDD<ShardSamples> sensitivityShards,
      SamplePreparation preparation,
      Criterion criterion,
      InferenceEngine engine,
      CalibrationSettings settings) {
    this.spark = spark;
    Broadcast<EncodedModel> shared = spark.broadcast(model);
    this.calibration =
        split(
            new Context(
                shared, spark.broadcast(calibration), preparation, criterion, engine, settings),
            calibrationShards);
    this.sensitivity =
        split(
            new Context(
                shared, spark.broadcast(sensitivity), preparation, criterion, engine, settings),
            sensitivityShards);
  }

  private static Split split(Context context, JavaRDD<ShardSamples> shards) {
    FlatMapFunction<Iterator<ShardSamples>, Prepared> prepare =
        own -> {
          List<Prepared> ready = new ArrayList<>();
          try (ExecutorCache<Predictor>.Lease lease =
              ExecutorCache.PREDICTORS.lease(context.engine().identity())) {
            EncodedModel file = context.model().value();
            Predictor predictor =
                lease.get(
                    file.digest(),
                    () ->
                        context
                            .engine()
                            .open(ModelReader.read(file.sharedBytes(), "the model to quantize")));
            while (own.hasNext()) {
              ShardSamples shard = own.next();
              ShardEvaluator.Result<List<PreparedSample>> result =
                  new ShardEvaluator(
                          context.samples().value(), context.preparation(), context.criterion())
                      .prepare(shard.samples(), predictor);
              ready.add(
                  new Prepared(
                      shard.shard().number(), new ArrayList<>(result.value()), result.cost()));
            }
          }
          return ready.iterator();
        };
    return new Split(
        shards.mapPartitions(prepare).persist(StorageLevel.MEMORY_AND_DISK()), context);
  }

  @Override
  public Map<TensorOption, FittedOption> fit(Collection<TensorOption> options) {
    Map<String, List<TensorOption>> byTensor = new TreeMap<>();
    for (TensorOption option : options) {
      byTensor.computeIfAbsent(option.tensor(), tensor -> new ArrayList<>()).add(option);
    }
    HashMap<String, List<TensorOption>> shipped = new HashMap<>(byTensor);
    Context context = calibration.context();
    PairFlatMapFunction<Iterator<Prepared>, String, Moments> gather =
        shards -> {
          List<Tuple2<String, Moments>> found = new ArrayList<>();
          OptionEvaluator evaluator = context.evaluator();
          while (shards.hasNext()) {
            Prepared shard = shards.next();
            evaluator
                .moments(shard.samples(), shipped.keySet())
                .value()
                .forEach(
                    (tensor, moments) ->
                        found.add(new Tuple2<>(tensor, new Moments(shard.shard(), moments))));
          }
          return found.iterator();
        };
    FlatMapFunction<
            Iterator<Tuple2<String, Iterable<Moments>>>, Answer<Map<TensorOption, FittedOption>>>
        fit =
            tensors -> {
              List<Answer<Map<TensorOption, FittedOption>>> fitted = new ArrayList<>();
              while (tensors.hasNext()) {
                Tuple2<String, Iterable<Moments>> tensor = tensors.next();
                // By shard: floating sums must not depend on which came first.
                TreeMap<Integer, InputMoments> ordered = new TreeMap<>();
                tensor._2().forEach(part -> ordered.put(part.shard(), part.moments()));
                InputMoments all =
                    ordered.values().stream().reduce(InputMoments::plus).orElseThrow();
                fitted.add(
                    new Answer<>(
                        context.evaluator().fit(shipped.get(tensor._1()), all), SweepCost.NONE));
              }
              return fitted.iterator();
            };
    Map<TensorOption, FittedOption> all = new TreeMap<>();
    calibration
        .prepared()
        .mapPartitionsToPair(gather)
        .groupByKey(new HashPartitioner(byTensor.size()))
        .mapPartitions(fit)
        .collect()
        .forEach(answer -> all.putAll(answer.value()));
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
    Context context = sensitivity.context();
    Function2<Integer, Iterator<Prepared>, Iterator<Answer<Map<TensorOption, Sensitivity>>>> run =
        (partition, shards) -> {
          List<Answer<Map<TensorOption, Sensitivity>>> found = new ArrayList<>();
          OptionEvaluator evaluator = context.evaluator();
          try (ExecutorCache<OptionEvaluator.Sessions>.Lease lease =
              ExecutorCache.SESSIONS.lease(context.engine().identity())) {
            OptionEvaluator.Sessions sessions =
                lease.get(digest, () -> evaluator.open(group.value()));
            while (shards.hasNext()) {
              ShardEvaluator.Result<Map<TensorOption, Sensitivity>> result =
                  evaluator.measure(shards.next().samples(), sessions);
              found.add(new Answer<>(new HashMap<>(result.value()), result.cost()));
            }
          }
          return found.iterator();
        };
    try {
      Map<TensorOption, Sensitivity> all = new TreeMap<>();
      // Collected by partition, which is by shard.
      for (Answer<Map<TensorOption, Sensitivity>> answer :
          sensitivity.prepared().mapPartitionsWithIndex(run, true).collect()) {
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
    return cost;
  }

  @Override
  public void close() {
    for (Split split : List.of(calibration, sensitivity)) {
      split.prepared().unpersist();
      split.context().samples().unpersist();
      split.context().model().unpersist();
    }
  }
}
