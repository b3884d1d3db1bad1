package org.quantsweep.sweep;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.quantsweep.agreement.Criterion;
import org.quantsweep.agreement.Finite;
import org.quantsweep.agreement.SquaredError;
import org.quantsweep.calibration.CalibratedQuantizer;
import org.quantsweep.calibration.CalibrationSettings;
import org.quantsweep.calibration.InputMoments;
import org.quantsweep.calibration.MomentsCollector;
import org.quantsweep.calibration.NotCalibratableException;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.coreml.ModelCuts;
import org.quantsweep.coreml.WeightTensor;
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
import org.quantsweep.sample.InputDescription;
import org.quantsweep.sample.SampleIndex;
import org.quantsweep.tensor.Tensor;

/** The work of the passes over single options, the same wherever it runs. */
public final class OptionEvaluator {
  private final SampleIndex samples;

  /** The model seen as each function that is judged. */
  private final List<CoreMLModel> functions;

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
    this.functions = engine.opened(model);
    this.model = functions.get(0);
    this.engine = engine;
    this.criterion = criterion;
    this.settings = settings;
  }

  /**
   * What some layers are fed with on prepared samples of one shard. Whether the model as given
   * answers a sample does not matter: the one that is quantized must, without NaN or infinity.
   */
  public ShardEvaluator.Result<Map<String, InputMoments>> moments(
      List<PreparedSample> prepared, Collection<String> tensors) {
    Map<String, InputMoments> moments = new TreeMap<>();
    long inferences = 0;
    long started = System.nanoTime();
    for (CoreMLModel function : functions) {
      MomentsCollector collector = new MomentsCollector(function, tensors(tensors), settings);
      if (!collector.boundaries().isEmpty()) {
        inferences += collect(prepared, function, collector);
        collector
            .moments()
            .forEach((tensor, own) -> moments.merge(tensor, own, InputMoments::plus));
      }
    }
    return new ShardEvaluator.Result<>(
        moments, new SweepCost(inferences, 0, 0, (System.nanoTime() - started) * 1e-9));
  }

  private long collect(
      List<PreparedSample> prepared, CoreMLModel function, MomentsCollector collector) {
    long inferences = 0;
    try (TappedPredictor taps = engine.openTapped(function, collector.boundaries())) {
      for (PreparedSample sample : prepared) {
        if (!sample.hasInputs()) {
          continue;
        }
        try {
          List<Tapped> calls = taps.runCalls(wanted(function, sample));
          inferences += calls.size();
          if (calls.stream().map(Tapped::prediction).allMatch(Finite::all)) {
            collector.add(
                samples.digest(sample.rank()), calls.stream().map(Tapped::boundaries).toList());
          }
        } catch (PredictionException e) {
          // What it does not answer tells nothing of the layers, but may be why nothing is known.
          collector.failed(e.getMessage());
        }
      }
    }
    return inferences;
  }

  /** A sample's calls, of which each function takes its own inputs. */
  private List<Map<String, Tensor>> wanted(CoreMLModel function, PreparedSample sample) {
    List<Map<String, Tensor>> calls = List.copyOf(sample.unpackCalls());
    if (functions.size() == 1) {
      return calls;
    }
    Set<String> names =
        function.inputs().stream().map(InputDescription::name).collect(Collectors.toSet());
    List<Map<String, Tensor>> own = new ArrayList<>();
    for (Map<String, Tensor> call : calls) {
      Map<String, Tensor> taken = new HashMap<>(call);
      taken.keySet().retainAll(names);
      own.add(taken);
    }
    return own;
  }

  /**
   * Fits the options of one weight tensor, those that differ in a bias alone from the same
   * beginnings; all are refused where its layer's inputs are of no use.
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
      // One after the other: each holds the moments in a metric of its own.
      Map<Scheme, CalibratedWeights> without = new HashMap<>();
      try (CalibratedQuantizer quantizer =
          new CalibratedQuantizer(model, tensor, plain, moments, settings)) {
        for (TensorOption option : options) {
          if (addsBias(option)) {
            Scheme.Compression own = ((Scheme.Compression) option.scheme()).fitted();
            without.computeIfAbsent(own, missing -> quantizer.quantize(own));
          } else {
            fitted.put(option, fit(option.scheme(), tensor, quantizer, plain, without));
          }
        }
      }
      List<TensorOption> biased = options.stream().filter(OptionEvaluator::addsBias).toList();
      if (!biased.isEmpty()) {
        try (CalibratedQuantizer quantizer =
            CalibratedQuantizer.withAddedBias(model, tensor, plain, moments, settings)) {
          for (TensorOption option : biased) {
            fitted.put(option, fitWithBias(option, quantizer, without));
          }
        }
      }
    } catch (NotCalibratableException e) {
      options.forEach(option -> fitted.put(option, FittedOption.refused(e.getMessage())));
    }
    return fitted;
  }

  /**
   * Fits one option that adds a bias. The codes that were fitted without one stand in where they
   * are better with it too, so a bias never makes an option worse.
   */
  private static FittedOption fitWithBias(
      TensorOption option, CalibratedQuantizer quantizer, Map<Scheme, CalibratedWeights> without) {
    Scheme.Compression scheme = (Scheme.Compression) option.scheme();
    CalibratedWeights weights = quantizer.quantize(scheme, without.get(scheme.fitted()).weights());
    return new FittedOption(Optional.of(weights), quantizer.outputError(weights.weights()));
  }

  private static boolean addsBias(TensorOption option) {
    return option.scheme() instanceof Scheme.Compression codes && codes.addsBias();
  }

  /**
   * Fits one option that adds no bias.
   *
   * @param known fitted ones, which may come to hold this one
   */
  private static FittedOption fit(
      Scheme scheme,
      WeightTensor tensor,
      CalibratedQuantizer quantizer,
      TensorQuantizer plain,
      Map<Scheme, CalibratedWeights> known) {
    Optional<CalibratedWeights> none = Optional.empty();
    if (scheme instanceof Scheme.Compression quantization) {
      if (quantization.calibrated()) {
        CalibratedWeights weights =
            known.computeIfAbsent(scheme, missing -> quantizer.quantize(quantization));
        return new FittedOption(Optional.of(weights), quantizer.outputError(weights.weights()));
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

  /** How much work it is to fit options, in weights: those of each fitted form. */
  public long fittingWork(Collection<TensorOption> options) {
    Map<String, Long> forms = new TreeMap<>();
    for (TensorOption option : options) {
      if (option.scheme() instanceof Scheme.Compression form && form.calibrated()) {
        forms.merge(option.tensor(), 1L, Long::sum);
      }
    }
    return tensors(forms.keySet()).stream()
        .mapToLong(tensor -> tensor.elementCount() * forms.get(tensor.identity()))
        .sum();
  }

  /** Opens what a group of options needs; the caller closes it. */
  public Sessions open(Map<TensorOption, OptionWeights> options) {
    return new Sessions(options);
  }

  /**
   * Runs every option alone on prepared samples of one shard, in the order of samples; what it does
   * in several functions is added up. Whether the model as given answers a sample does not matter:
   * an option is compared with the network that it is an option of.
   *
   * @param block which of the samples are run
   */
  public ShardEvaluator.Result<Map<TensorOption, Sensitivity>> measure(
      List<PreparedSample> prepared, Sessions sessions, SampleBlock block) {
    Map<TensorOption, Sensitivity> sums = new TreeMap<>();
    sessions.options.forEach(option -> sums.put(option, Sensitivity.NONE));
    long started = System.nanoTime();
    double inferences = 0;
    for (PreparedSample sample : prepared) {
      if (!sample.hasInputs() || !block.holds(sample.rank())) {
        continue;
      }
      Map<TensorOption, Sensitivity> own = new TreeMap<>();
      boolean answers = true;
      for (FunctionSessions function : sessions.functions) {
        List<Tapped> tapped = function.run(sample);
        if (tapped.isEmpty()) {
          answers = false;
          break;
        }
        inferences += tapped.size();
        for (Map.Entry<TensorOption, NetworkPart> entry : function.parts.entrySet()) {
          int start = function.start(entry.getKey());
          inferences += tapped.size() * (1 - (double) start / function.cuts.end());
          own.merge(entry.getKey(), one(tapped, entry.getValue(), start), OptionEvaluator::inBoth);
        }
      }
      if (answers) {
        long count = samples.count(sample.rank());
        own.forEach((option, one) -> sums.merge(option, times(one, count), Sensitivity::plus));
      }
    }
    return new ShardEvaluator.Result<>(
        sums, new SweepCost(0, Math.round(inferences), 0, (System.nanoTime() - started) * 1e-9));
  }

  /** A sample agrees where it agrees in both functions. */
  private static Sensitivity inBoth(Sensitivity one, Sensitivity other) {
    return new Sensitivity(
        one.loss() + other.loss(),
        one.squaredError() + other.squaredError(),
        Math.max(one.disagreeing(), other.disagreeing()),
        one.samples());
  }

  /** Of one sample: the mean over its calls, which agree together or not at all. */
  private Sensitivity one(List<Tapped> tapped, NetworkPart suffix, int start) {
    try {
      List<Prediction> changed =
          suffix.predictCalls(tapped.stream().map(call -> call.boundaries().get(start)).toList());
      double loss = 0;
      double squaredError = 0;
      boolean agrees = true;
      for (int call = 0; call < changed.size(); call++) {
        Prediction reference = tapped.get(call).prediction();
        Prediction other = changed.get(call);
        loss += criterion.loss(reference, other);
        squaredError += SquaredError.relative(criterion.compared(reference), reference, other);
        agrees &= criterion.agrees(reference, other);
      }
      return new Sensitivity(
          loss / changed.size(), squaredError / changed.size(), agrees ? 0 : 1, 1);
    } catch (PredictionException e) {
      return new Sensitivity(Criterion.WORST_LOSS, Criterion.WORST_LOSS, 1, 1);
    }
  }

  private static Sensitivity times(Sensitivity one, long count) {
    return new Sensitivity(
        one.loss() * count,
        one.squaredError() * count,
        one.disagreeing() * count,
        one.samples() * count,
        one.squaredLoss() * count);
  }

  private List<WeightTensor> tensors(Collection<String> identities) {
    return model.weightTensors().stream()
        .filter(tensor -> identities.contains(tensor.identity()))
        .toList();
  }

  /**
   * What a group of options is run with: in each function the network with taps, and for each
   * option its layer and all that follows, with the option's weights. One graph for both, so that
   * the engine fuses them. Safe for several threads.
   */
  public final class Sessions implements AutoCloseable {
    private final SortedSet<TensorOption> options;
    private final List<FunctionSessions> functions = new ArrayList<>();

    private Sessions(Map<TensorOption, OptionWeights> weights) {
      this.options = new TreeSet<>(weights.keySet());
      try {
        for (CoreMLModel function : OptionEvaluator.this.functions) {
          FunctionSessions own = new FunctionSessions(function);
          functions.add(own);
          own.open(weights);
        }
      } catch (RuntimeException | Error e) {
        // What is open holds native memory, and nobody else knows it.
        close();
        throw e;
      }
    }

    @Override
    public void close() {
      functions.forEach(FunctionSessions::close);
    }
  }

  /** What the options whose layers lie in one function are run with. */
  private final class FunctionSessions {
    private final CoreMLModel function;
    private final ModelCuts cuts;
    private final SortedMap<TensorOption, NetworkPart> parts = new TreeMap<>();
    private final Map<String, Integer> starts = new HashMap<>();
    private TappedPredictor taps;

    FunctionSessions(CoreMLModel function) {
      this.function = function;
      this.cuts = function.cuts();
      for (WeightTensor tensor : function.weightTensors()) {
        starts.put(tensor.identity(), cuts.start(tensor));
      }
    }

    void open(Map<TensorOption, OptionWeights> weights) {
      SortedSet<Integer> boundaries = new TreeSet<>();
      weights.forEach(
          (option, values) -> {
            int start = start(option);
            // What another function takes alone changes nothing here.
            if (start < cuts.end() || functions.size() == 1) {
              boundaries.add(start);
              parts.put(option, engine.openPart(function, start, cuts.end(), values.values()));
            }
          });
      taps = engine.openTapped(function, boundaries);
    }

    int start(TensorOption option) {
      return starts.get(option.tensor());
    }

    /** The answers to a sample's calls; empty where there are none that options compare with. */
    List<Tapped> run(PreparedSample sample) {
      try {
        List<Tapped> tapped = taps.runCalls(wanted(function, sample));
        boolean finite = tapped.stream().map(Tapped::prediction).allMatch(Finite::all);
        return finite ? tapped : List.of();
      } catch (PredictionException e) {
        return List.of();
      }
    }

    void close() {
      parts.values().forEach(NetworkPart::close);
      if (taps != null) {
        taps.close();
      }
    }
  }
}
