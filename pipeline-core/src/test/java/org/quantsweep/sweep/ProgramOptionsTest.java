package org.quantsweep.sweep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;
import static org.assertj.core.data.Percentage.withPercentage;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.quantsweep.agreement.Criteria;
import org.quantsweep.agreement.Criterion;
import org.quantsweep.calibration.CalibrationSettings;
import org.quantsweep.calibration.InputMoments;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.coreml.Programs;
import org.quantsweep.coreml.WeightTensor;
import org.quantsweep.coreml.file.ModelReader;
import org.quantsweep.inference.InferenceEngine;
import org.quantsweep.inference.NetworkPart;
import org.quantsweep.inference.Prediction;
import org.quantsweep.inference.PredictionException;
import org.quantsweep.inference.Predictor;
import org.quantsweep.inference.Tapped;
import org.quantsweep.inference.TappedPredictor;
import org.quantsweep.inference.engine.InferenceEngines;
import org.quantsweep.inference.run.FunctionsEngine;
import org.quantsweep.quantize.Scheme;
import org.quantsweep.sample.Sample;
import org.quantsweep.sample.SampleIndex;
import org.quantsweep.sample.SamplePreparation;
import org.quantsweep.sample.SampleSource;
import org.quantsweep.sample.ShardId;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;
import org.quantsweep.testing.DrawnInputs;
import org.quantsweep.testing.SharedData;
import org.quantsweep.testing.TinySweep;

/** Options of ML Programs alone, and the inputs that they are fitted to. */
class ProgramOptionsTest {
  private static final Criterion CRITERION = Criteria.parse("snr:30");
  private static final Scheme SCHEME = Scheme.parse("half");
  private static final int SAMPLES = 6;

  private final InferenceEngine engine = InferenceEngines.onnxRuntime();

  @Test
  void anOptionAloneDoesWhatAFileWithItsWeightsDoes() throws Exception {
    CoreMLModel model = read(Programs.Blob.counting(64));
    java.nio.ByteBuffer bytes =
        java.nio.ByteBuffer.allocate(256).order(java.nio.ByteOrder.LITTLE_ENDIAN);
    float[] other = new float[64];
    for (int i = 0; i < 64; i++) {
      other[i] = i + i % 3 * 0.5f;
      bytes.putFloat(other[i]);
    }
    CoreMLModel written = read(new Programs.Blob(2, bytes.array(), 0));
    TensorOption option = new TensorOption("w", SCHEME);
    Sensitivity found =
        measured(model, option, Tensor.wrap(Shape.of(4, 16), other), new DrawnInputs(1));
    try (Predictor one = engine.open(model);
        Predictor two = engine.open(written)) {
      requireSame(
          found, model, new DrawnInputs(1), calls -> one.predictCalls(calls), two::predictCalls);
    }
    assertThat(found.disagreeing()).isBetween(1L, SAMPLES - 1L);
  }

  /** A state is written by earlier calls with the same weights. */
  @ParameterizedTest
  @ValueSource(strings = {"SileroVAD_stateful_f16_ios18", "StatefulKeyValueCache"})
  void allCallsOfASampleCount(String name) throws Exception {
    Path file = SharedData.path("models/" + name + ".mlpackage");
    CoreMLModel model = ModelReader.read(file);
    DrawnInputs drawn = new DrawnInputs(3);
    List<WeightTensor> matrices =
        model.weightTensors().stream().filter(tensor -> !tensor.isVector()).toList();
    WeightTensor tensor = matrices.get(matrices.size() / 2);
    float[] values = tensor.values().toArray();
    for (int i = 0; i < values.length; i++) {
      values[i] *= i % 2 == 0 ? 0.75f : 1.25f;
    }
    Tensor other = Tensor.wrap(tensor.shape(), values);
    Sensitivity found = measured(model, new TensorOption(tensor.identity(), SCHEME), other, drawn);
    try (Predictor plain = engine.open(model);
        NetworkPart whole =
            engine.openPart(model, 0, model.cuts().end(), Map.of(tensor.identity(), other));
        TappedPredictor taps = engine.openTapped(model, new TreeSet<>(List.of(0)))) {
      requireSame(
          found,
          model,
          drawn,
          calls -> plain.predictCalls(calls),
          calls ->
              whole.predictCalls(
                  taps.runCalls(calls).stream()
                      .map(Tapped::boundaries)
                      .map(boundaries -> boundaries.get(0))
                      .toList()));
    }
    assertThat(found.loss()).isPositive();
    try (OptionEvaluatorOf evaluator = evaluator(model, drawn)) {
      Map<String, InputMoments> moments =
          evaluator
              .options
              .moments(evaluator.prepared(), matrices.stream().map(WeightTensor::identity).toList())
              .value();
      assertThat(moments).isNotEmpty();
      assertThat(moments.values()).allMatch(own -> own.count() >= 3 * SAMPLES);
    }
  }

  /** An option is judged by all that are, so what a second one takes alone is no free lunch. */
  @Test
  void anOptionDoesWhatItDoesInEveryFunction() throws Exception {
    CoreMLModel model = ModelReader.read(SharedData.path("models/MultiFunctionMnist.mlpackage"));
    DrawnInputs drawn = new DrawnInputs(1);
    int alone = 0;
    int shared = 0;
    for (WeightTensor tensor : model.weightTensors()) {
      float[] values = tensor.values().toArray();
      for (int i = 0; i < values.length; i++) {
        values[i] *= i % 2 == 0 ? 0.75f : 1.25f;
      }
      TensorOption option = new TensorOption(tensor.identity(), SCHEME);
      Tensor other = Tensor.wrap(tensor.shape(), values);
      double sum = 0;
      int functions = 0;
      for (String function : model.functions()) {
        CoreMLModel seen = model.asFunction(function);
        if (seen.cuts().before(tensor) < seen.cuts().end()) {
          functions++;
          sum += measured(seen, option, other, drawn).loss();
        }
      }
      alone += functions == 1 ? 1 : 0;
      shared += functions == 2 ? 1 : 0;
      Sensitivity both =
          measured(new FunctionsEngine(engine, List.of()), model, option, other, drawn);
      assertThat(both.samples()).isEqualTo(SAMPLES);
      assertThat(both.loss()).isPositive().isCloseTo(sum, offset(1e-6 * sum));
    }
    assertThat(alone).isPositive();
    assertThat(shared).isPositive();
  }

  @Test
  void momentsAreOfEveryFunction() throws Exception {
    CoreMLModel model = ModelReader.read(SharedData.path("models/MultiFunctionMnist.mlpackage"));
    DrawnInputs drawn = new DrawnInputs(1);
    Map<String, InputMoments> all = moments(new FunctionsEngine(engine, List.of()), model, drawn);
    Map<String, Long> counts = new TreeMap<>();
    for (String function : model.functions()) {
      moments(new FunctionsEngine(engine, List.of(function)), model, drawn)
          .forEach((tensor, own) -> counts.merge(tensor, own.count(), Long::sum));
    }
    assertThat(all).hasSameSizeAs(counts);
    all.forEach((tensor, own) -> assertThat(own.count()).isEqualTo(counts.get(tensor)));
  }

  /** An engine that answers, but cannot be looked into. */
  private record Blind(InferenceEngine engine) implements InferenceEngine {
    @Override
    public Predictor open(CoreMLModel model) {
      return engine.open(model);
    }

    @Override
    public TappedPredictor openTapped(CoreMLModel model, SortedSet<Integer> boundaries) {
      return new TappedPredictor() {
        @Override
        public List<Tapped> runCalls(List<Map<String, Tensor>> calls) throws PredictionException {
          throw new PredictionException("the engine failed: a value was lost");
        }

        @Override
        public void close() {}
      };
    }

    @Override
    public NetworkPart openPart(CoreMLModel model, int from, int to, Map<String, Tensor> values) {
      return engine.openPart(model, from, to, values);
    }

    @Override
    public String identity() {
      return "blind";
    }
  }

  @Test
  void whyTheEngineLooksIntoNothingIsTold() {
    CoreMLModel model = ModelReader.read(TinySweep.model(1), "tiny");
    WeightTensor tensor = model.weightTensors().get(0);
    TensorOption option = new TensorOption(tensor.identity(), Scheme.parse("linear:4+calibrated"));
    try (OptionEvaluatorOf evaluator = evaluator(new Blind(engine), model, new DrawnInputs(1))) {
      InputMoments moments =
          evaluator
              .options
              .moments(evaluator.prepared(), List.of(tensor.identity()))
              .value()
              .get(tensor.identity());
      assertThat(evaluator.options.fit(List.of(option), moments, Map.of()).get(option).refusal())
          .contains(
              "the engine looks into no calibration sample (the engine failed: a value was lost)");
    }
  }

  private Map<String, InputMoments> moments(
      InferenceEngine engine, CoreMLModel model, DrawnInputs drawn) {
    List<String> tensors =
        model.weightTensors().stream()
            .filter(tensor -> !tensor.isVector())
            .map(WeightTensor::identity)
            .toList();
    try (OptionEvaluatorOf evaluator = evaluator(engine, model, drawn)) {
      return evaluator.options.moments(evaluator.prepared(), tensors).value();
    }
  }

  /** What is needed to gather the moments of one shard after the other. */
  private static final class OptionEvaluatorOf implements AutoCloseable {
    private final OptionEvaluator options;
    private final ShardEvaluator preparing;
    private final SampleSource source;
    private final Predictor reference;

    OptionEvaluatorOf(
        OptionEvaluator options,
        ShardEvaluator preparing,
        SampleSource source,
        Predictor reference) {
      this.options = options;
      this.preparing = preparing;
      this.source = source;
      this.reference = reference;
    }

    List<PreparedSample> prepared() {
      List<PreparedSample> all = new ArrayList<>();
      for (int shard = 0; shard < source.index().shards(); shard++) {
        all.addAll(preparing.prepare(source.read(new ShardId(shard)), reference).value());
      }
      return all;
    }

    @Override
    public void close() {
      reference.close();
    }
  }

  private OptionEvaluatorOf evaluator(CoreMLModel model, SamplePreparation preparation) {
    return evaluator(engine, model, preparation);
  }

  private static OptionEvaluatorOf evaluator(
      InferenceEngine engine, CoreMLModel model, SamplePreparation preparation) {
    SampleSource source = TinySweep.samples("selects", SAMPLES);
    SampleIndex index = source.index();
    return new OptionEvaluatorOf(
        new OptionEvaluator(index, model, engine, CRITERION, CalibrationSettings.DEFAULT),
        new ShardEvaluator(index, preparation, CRITERION),
        source,
        engine.open(model));
  }

  /** Answers calls that follow each other. */
  private interface Answering {
    List<Prediction> of(List<Map<String, Tensor>> calls) throws Exception;
  }

  private static void requireSame(
      Sensitivity found, CoreMLModel model, DrawnInputs drawn, Answering plain, Answering changed)
      throws Exception {
    double loss = 0;
    long disagreeing = 0;
    SampleSource source = TinySweep.samples("selects", SAMPLES);
    for (int shard = 0; shard < source.index().shards(); shard++) {
      for (Sample sample : source.read(new ShardId(shard))) {
        List<Map<String, Tensor>> calls = List.copyOf(drawn.prepareCalls(sample, model.inputs()));
        List<Prediction> references = plain.of(calls);
        List<Prediction> others = changed.of(calls);
        boolean agrees = true;
        for (int call = 0; call < calls.size(); call++) {
          loss += CRITERION.loss(references.get(call), others.get(call)) / calls.size();
          agrees &= CRITERION.agrees(references.get(call), others.get(call));
        }
        disagreeing += agrees ? 0 : 1;
      }
    }
    assertThat(found.samples()).isEqualTo(SAMPLES);
    assertThat(found.disagreeing()).isEqualTo(disagreeing);
    assertThat(found.loss()).isCloseTo(loss, withPercentage(0.01));
  }

  private Sensitivity measured(
      CoreMLModel model, TensorOption option, Tensor values, SamplePreparation preparation) {
    return measured(engine, model, option, values, preparation);
  }

  private static Sensitivity measured(
      InferenceEngine engine,
      CoreMLModel model,
      TensorOption option,
      Tensor values,
      SamplePreparation preparation) {
    SampleSource samples = TinySweep.samples("selects", SAMPLES);
    try (LocalOptionRunner runner =
        new LocalOptionRunner(
            model,
            TinySweep.samples("fitted to", SAMPLES),
            samples,
            preparation,
            CRITERION,
            engine,
            CalibrationSettings.DEFAULT,
            2)) {
      return runner
          .measure(
              Map.of(option, new OptionWeights(new TreeMap<>(Map.of(option.tensor(), values)))))
          .get(option);
    }
  }

  private static CoreMLModel read(Programs.Blob blob) {
    return ModelReader.read(
        Programs.files(Programs.parts(Programs.linear().build(), blob)), "program.mlpackage");
  }
}
