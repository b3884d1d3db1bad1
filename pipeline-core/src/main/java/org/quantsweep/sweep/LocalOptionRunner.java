package org.quantsweep.sweep;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.LongConsumer;
import org.quantsweep.BadInputException;
import org.quantsweep.agreement.Criterion;
import org.quantsweep.calibration.CalibrationSettings;
import org.quantsweep.calibration.InputMoments;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.inference.InferenceEngine;
import org.quantsweep.inference.Predictor;
import org.quantsweep.quantize.OptimalTableSet;
import org.quantsweep.sample.InputDescription;
import org.quantsweep.sample.SampleIndex;
import org.quantsweep.sample.SamplePreparation;
import org.quantsweep.sample.SampleSource;
import org.quantsweep.sample.ShardId;

/** Runs the passes over single options in this process, a shard or a weight tensor to a thread. */
public final class LocalOptionRunner implements OptionRunner {
  private final Part calibration;
  private final Part sensitivity;
  private final ExecutorService threads;
  private SweepCost cost = SweepCost.NONE;

  private record Part(ReadySamples samples, OptionEvaluator options) {
    SampleIndex index() {
      return samples.index();
    }
  }

  /**
   * Decodes the samples when they are needed.
   *
   * @param model what is quantized
   * @param calibration what layers' inputs are gathered on
   * @param sensitivity what options are run on
   */
  public LocalOptionRunner(
      CoreMLModel model,
      SampleSource calibration,
      SampleSource sensitivity,
      SamplePreparation preparation,
      Criterion criterion,
      InferenceEngine engine,
      CalibrationSettings settings,
      int parallelism) {
    this(
        model,
        new Decoding(preparation, criterion, inputs(model, engine)),
        calibration,
        sensitivity,
        engine,
        settings,
        parallelism);
  }

  /** How samples are decoded. */
  private record Decoding(
      SamplePreparation preparation, Criterion criterion, List<InputDescription> inputs) {
    ReadySamples of(SampleSource source) {
      return new DecodedSamples(
          source, new ShardEvaluator(source.index(), preparation, criterion), inputs);
    }
  }

  private LocalOptionRunner(
      CoreMLModel model,
      Decoding decoding,
      SampleSource calibration,
      SampleSource sensitivity,
      InferenceEngine engine,
      CalibrationSettings settings,
      int parallelism) {
    this(
        model,
        decoding.of(calibration),
        decoding.of(sensitivity),
        decoding.criterion(),
        engine,
        settings,
        parallelism);
  }

  /**
   * On samples that are ready.
   *
   * @param model what is quantized
   * @param calibration what layers' inputs are gathered on
   * @param sensitivity what options are run on
   */
  public LocalOptionRunner(
      CoreMLModel model,
      ReadySamples calibration,
      ReadySamples sensitivity,
      Criterion criterion,
      InferenceEngine engine,
      CalibrationSettings settings,
      int parallelism) {
    this.calibration =
        new Part(
            calibration,
            new OptionEvaluator(calibration.index(), model, engine, criterion, settings));
    this.sensitivity =
        new Part(
            sensitivity,
            new OptionEvaluator(sensitivity.index(), model, engine, criterion, settings));
    this.threads = Executors.newFixedThreadPool(parallelism);
  }

  private static List<InputDescription> inputs(CoreMLModel model, InferenceEngine engine) {
    try (Predictor opened = engine.open(model)) {
      return opened.inputs();
    }
  }

  @Override
  public Map<TensorOption, FittedOption> fit(
      Collection<TensorOption> options, Map<String, OptimalTableSet> tables, FitProgress progress) {
    Map<String, List<TensorOption>> byTensor = new TreeMap<>();
    for (TensorOption option : options) {
      byTensor.computeIfAbsent(option.tensor(), tensor -> new ArrayList<>()).add(option);
    }
    List<Callable<Map<String, InputMoments>>> gathering = new ArrayList<>();
    progress.gathering(calibration.index().size());
    for (int shard = 0; shard < calibration.index().shards(); shard++) {
      ShardId id = new ShardId(shard);
      gathering.add(
          () -> {
            List<PreparedSample> own = calibration.samples().shard(id);
            Map<String, InputMoments> found =
                add(calibration.options().moments(own, byTensor.keySet()));
            progress.gathered(own.size());
            return found;
          });
    }
    Map<String, List<InputMoments>> shards = new TreeMap<>();
    for (Map<String, InputMoments> found : ParallelTasks.run(threads, gathering)) {
      found.forEach(
          (tensor, added) -> shards.computeIfAbsent(tensor, own -> new ArrayList<>()).add(added));
    }
    Map<String, InputMoments> moments = new TreeMap<>();
    shards.forEach((tensor, own) -> moments.put(tensor, MomentsTree.sum(own)));
    if (!byTensor.isEmpty() && moments.values().stream().noneMatch(own -> own.count() > 0)) {
      throw new BadInputException(
          "weight tensor '"
              + byTensor.keySet().iterator().next()
              + "': the model answers none of the "
              + calibration.index().total()
              + " calibration samples, so nothing can be fitted to them.\n"
              + "Maybe try one of them with quantsweep predict.");
    }
    List<Callable<Map<TensorOption, FittedOption>>> fitting = new ArrayList<>();
    moments.forEach(
        (tensor, found) ->
            fitting.add(
                () -> {
                  List<TensorOption> own = byTensor.get(tensor);
                  Map<TensorOption, FittedOption> done =
                      calibration.options().fit(own, found, tables);
                  progress.fitted(calibration.options().fittingWork(own));
                  return done;
                }));
    Map<TensorOption, FittedOption> fitted = new TreeMap<>();
    ParallelTasks.run(threads, fitting).forEach(fitted::putAll);
    options.forEach(option -> fitted.putIfAbsent(option, FittedOption.UNREACHED));
    return fitted;
  }

  @Override
  public Map<TensorOption, Sensitivity> measure(
      Map<TensorOption, OptionWeights> options, SampleBlock block, LongConsumer ran) {
    Map<TensorOption, Sensitivity> all = new TreeMap<>();
    try (OptionEvaluator.Sessions sessions = sensitivity.options().open(options)) {
      List<Callable<Map<TensorOption, Sensitivity>>> work = new ArrayList<>();
      SampleIndex index = sensitivity.index();
      for (int shard = 0; shard < index.shards(); shard++) {
        ShardId id = new ShardId(shard);
        if (block.meets(index.first(id), index.end(id))) {
          work.add(
              () -> {
                List<PreparedSample> own = sensitivity.samples().shard(id);
                Map<TensorOption, Sensitivity> found =
                    add(sensitivity.options().measure(own, sessions, block));
                ran.accept(block.count(own) * options.size());
                return found;
              });
        }
      }
      for (Map<TensorOption, Sensitivity> found : ParallelTasks.run(threads, work)) {
        found.forEach((option, added) -> all.merge(option, added, Sensitivity::plus));
      }
    }
    return all;
  }

  @Override
  public synchronized SweepCost cost() {
    return cost.plus(calibration.samples().cost()).plus(sensitivity.samples().cost());
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }

  private synchronized <T> T add(ShardEvaluator.Result<T> result) {
    cost = cost.plus(result.cost());
    return result.value();
  }
}
