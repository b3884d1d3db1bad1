package org.quantsweep.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.quantsweep.agreement.Criteria;
import org.quantsweep.agreement.Criterion;
import org.quantsweep.artifact.ModelFiles;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.coreml.WeightTensor;
import org.quantsweep.coreml.file.ModelReader;
import org.quantsweep.coreml.neuralnetwork.ModelWriter;
import org.quantsweep.encode.ModelEncoder;
import org.quantsweep.encode.QuantizationPlan;
import org.quantsweep.inference.InferenceEngine;
import org.quantsweep.inference.Predictor;
import org.quantsweep.proto.coreml.Model;
import org.quantsweep.quantize.CalibratedWeights;
import org.quantsweep.quantize.CalibratedWeightsCodec;
import org.quantsweep.quantize.OptimalTableSet;
import org.quantsweep.quantize.Scheme;
import org.quantsweep.quantize.TensorQuantizer;
import org.quantsweep.sample.Sample;
import org.quantsweep.sample.SampleIndex;
import org.quantsweep.sample.SampleSource;
import org.quantsweep.sample.SampleSplits;
import org.quantsweep.sample.ShardId;
import org.quantsweep.sweep.FitProgress;
import org.quantsweep.sweep.FittedOption;
import org.quantsweep.sweep.OptionRunner;
import org.quantsweep.sweep.OptionWeights;
import org.quantsweep.sweep.SampleBlock;
import org.quantsweep.sweep.Sensitivity;
import org.quantsweep.sweep.TensorOption;
import org.quantsweep.tensor.Shape;

/** What every option runner does, on the samples of {@link TinySweep}, judged by top-1. */
public abstract class OptionRunnerContract {
  /** What options are judged by. */
  protected static final Criterion CRITERION = Criteria.parse("top-1");

  private static final ModelFiles GIVEN = TinySweep.model(1);
  private static final CoreMLModel MODEL = ModelReader.read(GIVEN, "tiny");
  private static final SampleSource CALIBRATION = TinySweep.samples("fitted to", 30);
  private static final SampleSource SELECTION =
      TinySweep.withUnreadable(TinySweep.samples("selects", 60));
  private static final SampleIndex ALONE = SampleSplits.first(SELECTION.index(), 50);

  private final ModelEncoder encoder = new ModelEncoder(MODEL);

  /**
   * A runner, as {@link TinySweep#preparation} makes inputs.
   *
   * @param selection what candidates are judged on
   * @param alone those of these that options are run on
   */
  protected abstract OptionRunner open(
      ModelFiles model, SampleSource calibration, SampleSource selection, SampleIndex alone);

  /** The engine that it runs models with. */
  protected abstract InferenceEngine engine();

  @Test
  void anOptionAloneDoesWhatItsEncodedModelDoes() throws Exception {
    Map<TensorOption, OptionWeights> options = new TreeMap<>();
    for (String tensor : List.of("one/weights", "two/weights")) {
      for (String scheme : List.of("linear:1", "linear:3", "lut-kmeans:2", "half")) {
        TensorOption option = new TensorOption(tensor, Scheme.parse(scheme));
        options.put(option, new OptionWeights(new TreeMap<>(encoder.decoded(plan(option)))));
      }
    }
    try (OptionRunner runner = open(GIVEN, CALIBRATION, SELECTION, ALONE)) {
      Map<TensorOption, Sensitivity> found = runner.measure(options);
      assertThat(found.keySet()).isEqualTo(options.keySet());
      List<Sample> readable = readable();
      for (TensorOption option : options.keySet()) {
        Sensitivity one = found.get(option);
        assertThat(one.samples()).as(option.toString()).isEqualTo(readable.size());
        assertThat(one.disagreeing())
            .as(option.toString())
            .isEqualTo(disagreeing(encoder.encode(plan(option)), readable));
      }
      assertThat(found.get(new TensorOption("one/weights", Scheme.parse("linear:1"))).disagreeing())
          .isPositive();
      // The same again, to the last bit.
      assertThat(runner.measure(options)).isEqualTo(found);
    }
  }

  @Test
  void blocksOfSamplesAddUpToAll() {
    TensorOption option = new TensorOption("one/weights", Scheme.parse("linear:2"));
    Map<TensorOption, OptionWeights> options =
        Map.of(option, new OptionWeights(new TreeMap<>(encoder.decoded(plan(option)))));
    try (OptionRunner runner = open(GIVEN, CALIBRATION, SELECTION, ALONE)) {
      Sensitivity all = runner.measure(options).get(option);
      Sensitivity sum = Sensitivity.NONE;
      // Neither begins nor ends with a shard.
      for (SampleBlock block : List.of(new SampleBlock(0, 7), new SampleBlock(7, 50))) {
        AtomicLong runs = new AtomicLong();
        Sensitivity own = runner.measure(options, block, runs::addAndGet).get(option);
        assertThat(runs).hasValue(block.size());
        assertThat(own.samples()).isBetween(1L, (long) block.size());
        assertThat(runner.measure(options, block, none -> {}).get(option)).isEqualTo(own);
        sum = sum.plus(own);
      }
      assertThat(sum.samples()).isEqualTo(all.samples());
      assertThat(sum.disagreeing()).isEqualTo(all.disagreeing());
      assertThat(sum.loss()).isCloseTo(all.loss(), within(1e-9 * all.loss()));
      assertThat(sum.squaredLoss()).isCloseTo(all.squaredLoss(), within(1e-9 * all.squaredLoss()));
      // The squares are of single samples: at least those of equal losses, at most those of one.
      assertThat(all.squaredLoss())
          .isBetween(all.loss() * all.loss() / all.samples(), all.loss() * all.loss());
    }
  }

  @Test
  void fittingTellsEverySampleAndEveryWeightOfEachForm() {
    List<TensorOption> options = new ArrayList<>();
    for (String tensor : List.of("one/weights", "two/weights")) {
      for (String scheme : List.of("linear:2+calibrated", "linear:3+calibrated", "linear:4")) {
        options.add(new TensorOption(tensor, Scheme.parse(scheme)));
      }
    }
    AtomicLong toGather = new AtomicLong();
    AtomicLong gathered = new AtomicLong();
    AtomicLong fitted = new AtomicLong();
    FitProgress progress =
        new FitProgress() {
          @Override
          public void gathering(long samples) {
            toGather.addAndGet(samples);
          }

          @Override
          public void gathered(long samples) {
            gathered.addAndGet(samples);
          }

          @Override
          public void fitted(long weights) {
            fitted.addAndGet(weights);
          }
        };
    try (OptionRunner runner = open(GIVEN, CALIBRATION, SELECTION, ALONE)) {
      runner.fit(options, Map.of(), progress);
    }
    assertThat(toGather).hasValue(CALIBRATION.index().size());
    assertThat(gathered).hasValue(CALIBRATION.index().size());
    assertThat(fitted)
        .hasValue(2 * (encoder.elementCount("one/weights") + encoder.elementCount("two/weights")));
  }

  @Test
  void moreBitsAreFittedCloserAndTheSameAgain() {
    List<TensorOption> options = new ArrayList<>();
    for (int bits = 1; bits <= 4; bits++) {
      options.add(new TensorOption("one/weights", Scheme.parse("linear:" + bits + "+calibrated")));
    }
    try (OptionRunner runner = open(GIVEN, CALIBRATION, SELECTION, ALONE)) {
      Map<TensorOption, FittedOption> fitted = runner.fit(options);
      List<Double> errors = options.stream().map(option -> fitted.get(option).error()).toList();
      assertThat(errors).isSortedAccordingTo((a, b) -> Double.compare(b, a));
      assertThat(errors.get(3)).isPositive().isLessThan(0.2 * errors.get(0));
      assertThat(fitted.values()).allMatch(option -> option.weights().isPresent());
      Map<TensorOption, FittedOption> again = runner.fit(options);
      assertThat(options.stream().map(option -> again.get(option).error()).toList())
          .isEqualTo(errors);
    }
  }

  @Test
  void tablesThatAreKnownAreTaken() {
    TensorOption plain = new TensorOption("one/weights", Scheme.parse("lut-kmeans:3"));
    List<TensorOption> options =
        List.of(plain, new TensorOption("one/weights", Scheme.parse("lut-kmeans:3+calibrated")));
    try (OptionRunner runner = open(GIVEN, CALIBRATION, SELECTION, ALONE)) {
      Map<TensorOption, FittedOption> found = runner.fit(options);
      Map<TensorOption, FittedOption> known =
          runner.fit(options, Map.of("one/weights", tables("one/weights")), FitProgress.SILENT);
      for (TensorOption option : options) {
        assertThat(known.get(option).error()).isEqualTo(found.get(option).error());
      }
      // Those of another tensor fit worse, and are taken all the same.
      Map<TensorOption, FittedOption> others =
          runner.fit(options, Map.of("one/weights", tables("two/weights")), FitProgress.SILENT);
      assertThat(others.get(plain).error()).isGreaterThan(found.get(plain).error());
    }
  }

  /** Whatever is fitted beside it, and however it is dealt out. */
  @Test
  void anAddedBiasMakesNoOptionWorseAndFollowsFromItselfAlone() throws Exception {
    Model.Builder message = Model.parseFrom(GIVEN.content().open()).toBuilder();
    message
        .getNeuralNetworkClassifierBuilder()
        .getLayersBuilder(0)
        .getInnerProductBuilder()
        .clearHasBias()
        .clearBias();
    ModelFiles model = ModelFiles.lone(ModelWriter.toBytes(message.build()));
    List<TensorOption> without = new ArrayList<>();
    List<TensorOption> with = new ArrayList<>();
    List<TensorOption> all = new ArrayList<>();
    for (String form : List.of("linear:1", "linear:3", "lut-kmeans:2", "lut-kmeans:4")) {
      without.add(new TensorOption("one/weights", Scheme.parse(form + "+calibrated")));
      with.add(new TensorOption("one/weights", Scheme.parse(form + "+bias+calibrated")));
      all.add(new TensorOption("one/weights", Scheme.parse(form)));
    }
    all.addAll(with);
    all.addAll(without);
    try (OptionRunner runner = open(model, CALIBRATION, SELECTION, ALONE)) {
      Map<TensorOption, FittedOption> both = runner.fit(all);
      Map<TensorOption, FittedOption> alone = runner.fit(with);
      for (int i = 0; i < with.size(); i++) {
        FittedOption own = both.get(with.get(i));
        CalibratedWeights weights = own.weights().orElseThrow();
        assertThat(own.error()).isPositive().isLessThan(both.get(without.get(i)).error());
        assertThat(both.get(without.get(i)).weights().orElseThrow().bias()).isEmpty();
        assertThat(weights.bias().orElseThrow().shape()).isEqualTo(Shape.of(24));
        assertThat(alone.get(with.get(i)).error()).isEqualTo(own.error());
        assertThat(CalibratedWeightsCodec.encode(alone.get(with.get(i)).weights().orElseThrow()))
            .isEqualTo(CalibratedWeightsCodec.encode(weights));
      }
      // Its codes and its bias run alone.
      ModelEncoder encoder =
          new ModelEncoder(
              ModelReader.read(model, "tiny"),
              (tensor, scheme) ->
                  both.get(new TensorOption(tensor, scheme)).weights().orElseThrow());
      TensorOption option = with.get(0);
      Map<TensorOption, OptionWeights> decoded =
          Map.of(option, new OptionWeights(new TreeMap<>(encoder.decoded(plan(option)))));
      assertThat(decoded.get(option).values()).containsOnlyKeys("one/bias", "one/weights");
      assertThat(runner.measure(decoded).get(option).loss()).isPositive();
    }
  }

  private static OptimalTableSet tables(String identity) {
    WeightTensor tensor =
        MODEL.weightTensors().stream()
            .filter(own -> own.identity().equals(identity))
            .findFirst()
            .orElseThrow();
    TensorQuantizer quantizer = MODEL.format().quantizer(tensor);
    assertThat(quantizer.knownTables()).isEmpty();
    quantizer.quantize((Scheme.Quantization) Scheme.parse("lut-kmeans:3"));
    return quantizer.knownTables().orElseThrow();
  }

  private long disagreeing(ModelFiles encoded, List<Sample> samples) throws Exception {
    long disagreeing = 0;
    try (Predictor reference = engine().open(MODEL);
        Predictor other = engine().open(ModelReader.read(encoded, "an option"))) {
      for (Sample sample : samples) {
        var inputs = TinySweep.preparation().prepare(sample, MODEL.inputs());
        disagreeing += CRITERION.agrees(reference.predict(inputs), other.predict(inputs)) ? 0 : 1;
      }
    }
    return disagreeing;
  }

  private static List<Sample> readable() {
    List<Sample> readable = new ArrayList<>();
    for (int shard = 0; shard < SELECTION.index().shards(); shard++) {
      for (Sample sample : SELECTION.read(new ShardId(shard))) {
        if (ALONE.rank(sample.digest()) >= 0 && !sample.path().equals(TinySweep.UNREADABLE)) {
          readable.add(sample);
        }
      }
    }
    return readable;
  }

  private static QuantizationPlan plan(TensorOption option) {
    return new QuantizationPlan(new TreeMap<>(Map.of(option.tensor(), option.scheme())));
  }
}
