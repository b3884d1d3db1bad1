package org.quantsweep.sweep;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.quantsweep.agreement.Criterion;
import org.quantsweep.agreement.Finite;
import org.quantsweep.agreement.SquaredError;
import org.quantsweep.calibration.CalibratedQuantizer;
import org.quantsweep.calibration.CalibrationSettings;
import org.quantsweep.calibration.InputMoments;
import org.quantsweep.calibration.MomentsCollector;
import org.quantsweep.calibration.NotCalibratableException;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.coreml.WeightTensor;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.inference.InferenceEngine;
import org.quantsweep.inference.NetworkPart;
import org.quantsweep.inference.Prediction;
import org.quantsweep.inference.PredictionException;
import org.quantsweep.inference.Tapped;
import org.quantsweep.inference.TappedPredictor;
import org.quantsweep.quantize.CalibratedWeights;
import org.quantsweep.quantize.HalfPrecisionCodec;
import org.quantsweep.quantize.OptimalTableSet;
import org.quantsweep.quantize.Scheme;
import org.quantsweep.quantize.TensorQuantizer;
import org.quantsweep.sample.SampleIndex;
import org.quantsweep.tensor.Tensor;

/** The work of the passes over single options, the same wherever it runs. */
public final class OptionEvaluator {
  private final SampleIndex samples;
  private final CoreMLModel model;
  private final InferenceEngine engine;
  private final Criterion criterion;
  private final CalibrationSettings settings;

  /**
   * For the samples of one set.
   *
   * @param model what is quantized: the model as given, or rewritten
   */
  public OptionEvaluator(
      SampleIndex samples,
      CoreMLModel model,
      InferenceEngine engine,
      Criterion criterion,
      CalibrationSettings settings) {
    this.samples = samples;
    this.model = model;
    this.engine = engine;
    this.criterion = criterion;
    this.settings = settings;
  }

  /** What some layers are fed with on prepared samples of one shard. */
  public ShardEvaluator.Result<Map<String, InputMoments>> moments(
      List<PreparedSample> prepared, Collection<String> tensors) {
    MomentsCollector collector = new MomentsCollector(model, tensors(tensors), settings);
    long inferences = 0;
    long started = System.nanoTime();
    try (TappedPredictor taps = engine.openTapped(model, collector.boundaries())) {
      for (PreparedSample sample : prepared) {
        if (!sample.isAnswered()) {
          continue;
        }
        try {
          Sha256Digest digest = samples.digest(sample.rank());
          for (SortedMap<String, Tensor> call : sample.unpackCalls()) {
            collector.add(digest, taps.run(call).boundaries());
            inferences++;
            // Other places of the next call are drawn.
            digest = new Sha256Digest.Builder().field("call after", digest.hex()).build();
          }
        } catch (PredictionException e) {
          // The reference answers it, the rewritten network does not: it tells nothing.
        }
      }
    }
    return new ShardEvaluator.Result<>(
        collector.moments(), new SweepCost(inferences, 0, 0, (System.nanoTime() - started) * 1e-9));
  }

  /**
   * Fits the options of one weight tensor; all are refused where its layer's inputs are of no use.
   *
   * @param moments of the inputs of its layer on all calibration samples
   * @param tables those of least error that are known, by weight tensor; others are found
   */
  public Map<TensorOption, FittedOption> fit(
      Collection<TensorOption> options, InputMoments moments, Map<String, OptimalTableSet> tables) {
    Map<TensorOption, FittedOption> fitted = new TreeMap<>();
    if (options.isEmpty()) {
      return fitted;
    }
    WeightTensor tensor = tensors(List.of(options.iterator().next().tensor())).get(0);
    TensorQuantizer finding = model.format().quantizer(tensor);
    OptimalTableSet known = tables.get(tensor.identity());
    TensorQuantizer plain = known == null ? finding : finding.withTables(known);
    try {
      CalibratedQuantizer quantizer =
          new CalibratedQuantizer(model, tensor, plain, moments, settings);
      for (TensorOption option : options) {
        fitted.put(option, fit(option.scheme(), tensor, quantizer, plain));
      }
    } catch (NotCalibratableException e) {
      options.forEach(option -> fitted.put(option, FittedOption.refused(e.getMessage())));
    }
    return fitted;
  }

  private static FittedOption fit(
      Scheme scheme, WeightTensor tensor, CalibratedQuantizer quantizer, TensorQuantizer plain) {
    java.util.Optional<CalibratedWeights> none = java.util.Optional.empty();
    if (scheme instanceof Scheme.Compression quantization) {
      if (quantization.calibrated()) {
        CalibratedWeights weights = quantizer.quantize(quantization);
        return new FittedOption(
            java.util.Optional.of(weights), quantizer.outputError(weights.weights()));
      }
      return new FittedOption(none, quantizer.outputError(plain.quantize(quantization)));
    }
    if (scheme instanceof Scheme.HalfPrecision) {
      float[] halved =
          HalfPrecisionCodec.decode(HalfPrecisionCodec.encode(tensor.values().sharedArray()));
      return new FittedOption(none, quantizer.outputError(Tensor.wrap(tensor.shape(), halved)));
    }
    return new FittedOption(none, 0);
  }

  /** Opens what a group of options needs; the caller closes it. */
  public Sessions open(Map<TensorOption, OptionWeights> options) {
    return new Sessions(options);
  }

  /**
   * Runs every option alone on prepared samples of one shard, in the order of samples. Whether the
   * model as given answers a sample does not matter: an option is compared with the network that it
   * is an option of.
   */
  public ShardEvaluator.Result<Map<TensorOption, Sensitivity>> measure(
      List<PreparedSample> prepared, Sessions sessions) {
    Map<TensorOption, Sensitivity> sums = new TreeMap<>();
    sessions.options.forEach((option, part) -> sums.put(option, Sensitivity.NONE));
    long started = System.nanoTime();
    double inferences = 0;
    for (PreparedSample sample : prepared) {
      if (!sample.hasInputs()) {
        continue;
      }
      List<Tapped> calls = new ArrayList<>();
      try {
        for (SortedMap<String, Tensor> call : sample.unpackCalls()) {
          calls.add(sessions.taps.run(call));
        }
      } catch (PredictionException e) {
        continue;
      }
      if (!calls.stream().map(Tapped::prediction).allMatch(Finite::all)) {
        continue;
      }
      inferences += calls.size();
      long count = samples.count(sample.rank());
      for (Map.Entry<TensorOption, NetworkPart> entry : sessions.options.entrySet()) {
        int layer = sessions.layer(entry.getKey());
        inferences += calls.size() * (1 - (double) layer / model.layers().size());
        Sensitivity one = one(calls, entry.getValue(), layer);
        sums.merge(entry.getKey(), times(one, count), Sensitivity::plus);
      }
    }
    return new ShardEvaluator.Result<>(
        sums, new SweepCost(0, Math.round(inferences), 0, (System.nanoTime() - started) * 1e-9));
  }

  /** Of one sample: the mean of its calls' losses, and whether all of them agree. */
  private Sensitivity one(List<Tapped> calls, NetworkPart suffix, int layer) {
    Sensitivity sum = Sensitivity.NONE;
    for (Tapped call : calls) {
      sum = sum.plus(one(call, suffix, call.boundaries().get(layer)));
    }
    return new Sensitivity(
        sum.loss() / calls.size(),
        sum.squaredError() / calls.size(),
        Math.min(1, sum.disagreeing()),
        1);
  }

  private Sensitivity one(Tapped tapped, NetworkPart suffix, Map<String, Tensor> blobs) {
    try {
      Prediction changed = suffix.predict(blobs);
      Prediction reference = tapped.prediction();
      return new Sensitivity(
          criterion.loss(reference, changed),
          SquaredError.relative(criterion.compared(reference), reference, changed),
          criterion.agrees(reference, changed) ? 0 : 1,
          1);
    } catch (PredictionException e) {
      return new Sensitivity(Criterion.WORST_LOSS, Criterion.WORST_LOSS, 1, 1);
    }
  }

  private static Sensitivity times(Sensitivity one, long count) {
    return new Sensitivity(
        one.loss() * count,
        one.squaredError() * count,
        one.disagreeing() * count,
        one.samples() * count);
  }

  private List<WeightTensor> tensors(Collection<String> identities) {
    return model.weightTensors().stream()
        .filter(tensor -> identities.contains(tensor.identity()))
        .toList();
  }

  /**
   * What a group of options is run with: the network with taps, and for each option its layer and
   * all that follows, with the option's weights. One graph for both, so that the engine fuses them.
   * Safe for several threads.
   */
  public final class Sessions implements AutoCloseable {
    private final SortedMap<TensorOption, NetworkPart> options = new TreeMap<>();
    private final Map<String, Integer> layers = new HashMap<>();
    private final TappedPredictor taps;

    private Sessions(Map<TensorOption, OptionWeights> weights) {
      SortedSet<Integer> boundaries = new TreeSet<>();
      for (WeightTensor tensor : model.weightTensors()) {
        layers.put(tensor.identity(), model.layers().indexOf(tensor.layer()));
      }
      try {
        weights.forEach(
            (option, values) -> {
              int layer = layer(option);
              boundaries.add(layer);
              options.put(
                  option, engine.openPart(model, layer, model.layers().size(), values.values()));
            });
        this.taps = engine.openTapped(model, boundaries);
      } catch (RuntimeException | Error e) {
        // What is open holds native memory, and nobody else knows it.
        options.values().forEach(NetworkPart::close);
        throw e;
      }
    }

    private int layer(TensorOption option) {
      return layers.get(option.tensor());
    }

    @Override
    public void close() {
      options.values().forEach(NetworkPart::close);
      taps.close();
    }
  }
}
