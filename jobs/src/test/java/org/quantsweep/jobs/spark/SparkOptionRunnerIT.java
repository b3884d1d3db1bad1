package org.quantsweep.jobs.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.quantsweep.artifact.ModelFiles;
import org.quantsweep.calibration.CalibrationSettings;
import org.quantsweep.calibration.InputMoments;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.coreml.file.ModelReader;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.encode.ModelEncoder;
import org.quantsweep.encode.QuantizationPlan;
import org.quantsweep.inference.InferenceEngine;
import org.quantsweep.inference.NetworkPart;
import org.quantsweep.inference.Predictor;
import org.quantsweep.inference.TappedPredictor;
import org.quantsweep.inference.engine.InferenceEngines;
import org.quantsweep.quantize.CalibratedWeightsCodec;
import org.quantsweep.quantize.Scheme;
import org.quantsweep.sample.SampleIndex;
import org.quantsweep.sample.SamplePreparation;
import org.quantsweep.sample.SampleSource;
import org.quantsweep.sample.SampleSplits;
import org.quantsweep.sample.SampleSubset;
import org.quantsweep.sweep.FitProgress;
import org.quantsweep.sweep.FittedOption;
import org.quantsweep.sweep.InMemoryOptionStore;
import org.quantsweep.sweep.LocalOptionRunner;
import org.quantsweep.sweep.MomentsTree;
import org.quantsweep.sweep.OptionRunner;
import org.quantsweep.sweep.OptionWeights;
import org.quantsweep.sweep.SampleBlock;
import org.quantsweep.sweep.Sensitivity;
import org.quantsweep.sweep.TensorOption;
import org.quantsweep.tensor.Tensor;
import org.quantsweep.testing.CountedPreparation;
import org.quantsweep.testing.MadeMoments;
import org.quantsweep.testing.OptionRunnerContract;
import org.quantsweep.testing.TinySweep;
import scala.Tuple2;

class SparkOptionRunnerIT extends OptionRunnerContract {
  @TempDir static Path folder;
  private static SparkSession spark;
  private static int tables;

  private final Map<OptionRunner, SparkSweepRunner> selecting = new HashMap<>();

  /** What {@link #cut} is told when it asks. */
  private int slots = 1;

  @BeforeAll
  static void open() {
    spark = SparkSessions.open("test", "local[2]");
  }

  @AfterAll
  static void close() {
    spark.stop();
  }

  @Override
  protected OptionRunner open(
      ModelFiles model, SampleSource calibration, SampleSource selection, SampleIndex alone) {
    JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
    tables++;
    SparkSweepRunner prepares = preparing(context, model, selection);
    SharedModels models = new SharedModels(context, folder.resolve("models").toString());
    OptionRunner runner =
        new SparkOptionRunner(
            context,
            model,
            calibration.index(),
            preparing(context, model, calibration),
            alone,
            prepares,
            CRITERION,
            engine(),
            CalibrationSettings.DEFAULT,
            new DeltaStatistics(
                spark, folder.resolve("t" + tables).toString(), Sha256Digest.ofText("key")),
            models);
    selecting.put(runner, prepares);
    return runner;
  }

  private SparkSweepRunner preparing(
      JavaSparkContext context, ModelFiles model, SampleSource samples) {
    return preparing(context, model, samples, TinySweep.preparation());
  }

  private SparkSweepRunner preparing(
      JavaSparkContext context,
      ModelFiles model,
      SampleSource samples,
      SamplePreparation preparation) {
    return new SparkSweepRunner(
        context,
        model,
        samples.index(),
        SparkShards.of(context, samples),
        preparation,
        CRITERION,
        engine());
  }

  @Override
  protected InferenceEngine engine() {
    return InferenceEngines.onnxRuntime();
  }

  /** As on a cluster of many slots, and with codes that are too many for the driver. */
  private SparkOptionRunner cut(
      ModelFiles model,
      SampleSource calibration,
      SparkSweepRunner prepares,
      SampleIndex alone,
      InferenceEngine engine) {
    JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
    tables++;
    return new SparkOptionRunner(
        context,
        model,
        calibration.index(),
        preparing(context, model, calibration),
        alone,
        prepares,
        CRITERION,
        engine,
        CalibrationSettings.DEFAULT,
        new DeltaStatistics(
            spark, folder.resolve("t" + tables).toString(), Sha256Digest.ofText("key")),
        new SharedModels(context, folder.resolve("models").toString()),
        new SparkOptionRunner.Limits(() -> slots, 0));
  }

  /** Tells which objects are opened: each is a model that was parsed. */
  private record Watched(InferenceEngine engine) implements InferenceEngine {
    static final AtomicInteger CALLS = new AtomicInteger();
    static final Set<CoreMLModel> MODELS =
        Collections.synchronizedSet(Collections.newSetFromMap(new IdentityHashMap<>()));

    @Override
    public List<CoreMLModel> opened(CoreMLModel model) {
      CALLS.incrementAndGet();
      MODELS.add(model);
      return engine.opened(model);
    }

    @Override
    public Predictor open(CoreMLModel model) {
      return engine.open(model);
    }

    @Override
    public TappedPredictor openTapped(CoreMLModel model, SortedSet<Integer> boundaries) {
      return engine.openTapped(model, boundaries);
    }

    @Override
    public NetworkPart openPart(CoreMLModel model, int from, int to, Map<String, Tensor> values) {
      return engine.openPart(model, from, to, values);
    }

    @Override
    public String identity() {
      return engine.identity() + ", watched";
    }
  }

  @Test
  void aModelIsParsedOnceForAllTasksOfAnExecutor() {
    slots = 60;
    ModelFiles given = TinySweep.model(1);
    SampleSource calibration = TinySweep.samples("fitted to", 40);
    SampleSource selection = TinySweep.samples("selects", 20);
    List<TensorOption> options = new ArrayList<>();
    for (String tensor : List.of("one/weights", "two/weights")) {
      for (int bits = 2; bits <= 4; bits++) {
        options.add(new TensorOption(tensor, Scheme.parse("linear:" + bits + "+calibrated")));
      }
    }
    Tensor values = ModelReader.read(given, "tiny").weightTensors().get(0).values();
    TensorOption alone = new TensorOption("one/weights", Scheme.parse("linear:4"));
    try (OptionRunner plain = open(given, calibration, selection, selection.index());
        SparkSweepRunner prepares = selecting.get(plain);
        SparkOptionRunner cut =
            cut(given, calibration, prepares, selection.index(), new Watched(engine()))) {
      cut.fit(options);
      cut.measure(Map.of(alone, new OptionWeights(new TreeMap<>(Map.of("one/weights", values)))));
    }
    // Shards that are gathered, options of two weight tensors, shards that an option is run on.
    assertThat(Watched.CALLS).hasValueGreaterThan(8);
    assertThat(Watched.MODELS).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(ints = {5, 16, 40, 300})
  void momentsOfShardsHaveTheSameBitsWhereverTheyCameFrom(int shards) {
    List<InputMoments> all = MadeMoments.drawn(shards);
    List<Tuple2<MomentsOfShards.Place, InputMoments>> placed = new ArrayList<>();
    for (int shard = 0; shard < shards; shard++) {
      placed.add(new Tuple2<>(new MomentsOfShards.Place("a", shard), all.get(shard)));
      placed.add(new Tuple2<>(new MomentsOfShards.Place("b", shard), all.get(shards - 1 - shard)));
    }
    Collections.shuffle(placed, new Random(shards));
    List<InputMoments> turned = new ArrayList<>(all);
    Collections.reverse(turned);
    JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
    for (int partitions : new int[] {1, 3, 7}) {
      Map<String, InputMoments> found =
          MomentsOfShards.sum(
                  context.parallelizePairs(placed, partitions),
                  shards,
                  new TensorPartitioner(List.of("a", "b")))
              .collectAsMap();
      assertThat(MadeMoments.sum(found.get("a"))).isEqualTo(MadeMoments.sum(MomentsTree.sum(all)));
      assertThat(MadeMoments.sum(found.get("b")))
          .isEqualTo(MadeMoments.sum(MomentsTree.sum(turned)));
    }
  }

  @Test
  void moreSlotsGiveTheSameBitsAndCodesAreWrittenWhereTheyAreMade() {
    ModelFiles given = TinySweep.model(1);
    ModelEncoder encoder = new ModelEncoder(ModelReader.read(given, "tiny"));
    SampleSource calibration = TinySweep.samples("fitted to", 40);
    SampleSource selection = TinySweep.samples("selects", 20);
    List<TensorOption> options = new ArrayList<>();
    Map<TensorOption, OptionWeights> weights = new TreeMap<>();
    for (String tensor : List.of("one/weights", "two/weights")) {
      for (String scheme : List.of("linear:2", "linear:3+calibrated", "lut-kmeans:2+calibrated")) {
        TensorOption option = new TensorOption(tensor, Scheme.parse(scheme));
        options.add(option);
        QuantizationPlan plain =
            new QuantizationPlan(
                new TreeMap<>(Map.of(tensor, ((Scheme.Compression) option.scheme()).plain())));
        weights.put(option, new OptionWeights(new TreeMap<>(encoder.decoded(plain))));
      }
    }
    Sha256Digest key = Sha256Digest.ofText("codes");
    InMemoryOptionStore here = new InMemoryOptionStore();
    DeltaOptionStore there = new DeltaOptionStore(spark, folder.resolve("options").toString());
    try (OptionRunner plain = open(given, calibration, selection, selection.index());
        SparkSweepRunner prepares = selecting.get(plain);
        SparkOptionRunner cut = cut(given, calibration, prepares, selection.index(), engine())) {
      prepares.runReference();
      assertThat(cut.groupsAtOnce()).isEqualTo(1);
      // Executors came since it was made.
      slots = 60;
      assertThat(cut.measure(weights)).isEqualTo(plain.measure(weights));
      plain.fitInto(here, key, options, Map.of(), FitProgress.SILENT);
      assertThat(cut.groupsAtOnce()).isEqualTo(4);
      Map<TensorOption, Sensitivity> sideBySide = new TreeMap<>();
      cut.measureEach(
          options.stream().map(option -> Map.of(option, weights.get(option))).iterator(),
          SampleBlock.ALL,
          runs -> {},
          sideBySide::putAll);
      assertThat(sideBySide).isEqualTo(plain.measure(weights));
      for (SampleBlock block : List.of(new SampleBlock(0, 3), new SampleBlock(3, 11))) {
        assertThat(cut.measure(weights, block, runs -> {}))
            .isEqualTo(plain.measure(weights, block, runs -> {}));
      }
      List<OptionRunner.FitGroup> groups = new ArrayList<>();
      for (String tensor : List.of("one/weights", "two/weights")) {
        groups.add(
            new OptionRunner.FitGroup(
                options.stream().filter(option -> option.tensor().equals(tensor)).toList(),
                Map.of()));
      }
      Map<TensorOption, FittedOption> told = new TreeMap<>();
      List<String> order = new ArrayList<>();
      cut.fitEach(
          there,
          key,
          groups.iterator(),
          FitProgress.SILENT,
          found -> {
            found.keySet().forEach(option -> order.add(option.tensor()));
            told.putAll(found);
          });
      assertThat(order).isSorted().hasSize(options.size());
      assertThat(told.keySet()).containsExactlyInAnyOrderElementsOf(options);
      assertThat(told.values()).allMatch(found -> found.weights().isEmpty());
      Map<TensorOption, FittedOption> expected = here.loadFitted(key, options);
      Map<TensorOption, FittedOption> stored = there.loadFitted(key, options);
      assertThat(there.loadErrors(key)).isEqualTo(here.loadErrors(key));
      for (TensorOption option : options) {
        assertThat(told.get(option).error()).isEqualTo(expected.get(option).error());
        assertThat(stored.get(option).weights().map(CalibratedWeightsCodec::encode))
            .usingRecursiveComparison()
            .isEqualTo(expected.get(option).weights().map(CalibratedWeightsCodec::encode));
      }
    }
  }

  @Test
  void everySampleIsDecodedOnceForAllThatIsDoneWithIt() {
    CountedPreparation counted = new CountedPreparation("options on Spark");
    JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
    ModelFiles given = TinySweep.model(1);
    SampleSource selection = TinySweep.samples("selects", 90);
    SampleSource calibration = TinySweep.samples("fitted to", 40);
    Tensor values = ModelReader.read(given, "tiny").weightTensors().get(0).values();
    TensorOption alone = new TensorOption("one/weights", Scheme.parse("linear:4"));
    tables++;
    try (SparkSweepRunner selects = preparing(context, given, selection, counted);
        SparkSweepRunner calibrates = preparing(context, given, calibration, counted);
        SparkOptionRunner runner =
            new SparkOptionRunner(
                context,
                given,
                calibration.index(),
                calibrates,
                SampleSplits.first(selection.index(), 37),
                selects,
                CRITERION,
                engine(),
                CalibrationSettings.DEFAULT,
                new DeltaStatistics(
                    spark, folder.resolve("t" + tables).toString(), Sha256Digest.ofText("key")),
                new SharedModels(context, folder.resolve("models").toString()))) {
      selects.runReference();
      calibrates.runReference();
      // Two groups, of which each looks at the samples.
      for (String tensor : List.of("one/weights", "two/weights")) {
        runner.fit(List.of(new TensorOption(tensor, Scheme.parse("linear:4+calibrated"))));
      }
      OptionWeights weights = new OptionWeights(new TreeMap<>(Map.of("one/weights", values)));
      assertThat(runner.measure(Map.of(alone, weights)).get(alone).samples()).isEqualTo(37);
    }
    assertThat(counted.counts()).hasSize(130);
    assertThat(counted.counts().values()).containsOnly(1);
  }

  /** To the last bit, although samples come from what selection has prepared, in other shards. */
  @Test
  void whatSelectionHasPreparedServesAndGivesTheSameNumbersAsHere() {
    ModelFiles given = TinySweep.model(1);
    CoreMLModel model = ModelReader.read(given, "tiny");
    ModelEncoder encoder = new ModelEncoder(model);
    Map<TensorOption, OptionWeights> options = new TreeMap<>();
    for (String scheme : List.of("linear:2", "lut-kmeans:3")) {
      TensorOption option = new TensorOption("one/weights", Scheme.parse(scheme));
      QuantizationPlan plan =
          new QuantizationPlan(new TreeMap<>(Map.of(option.tensor(), option.scheme())));
      options.put(option, new OptionWeights(new TreeMap<>(encoder.decoded(plan))));
    }
    SampleSource selection = TinySweep.samples("selects", 90);
    SampleIndex alone = SampleSplits.first(selection.index(), 37);
    SampleSource calibration = TinySweep.samples("fitted to", 10);
    try (OptionRunner runner = open(given, calibration, selection, alone);
        SparkSweepRunner prepares = selecting.get(runner);
        LocalOptionRunner here =
            new LocalOptionRunner(
                model,
                calibration,
                new SampleSubset(selection, alone),
                TinySweep.preparation(),
                CRITERION,
                engine(),
                CalibrationSettings.DEFAULT,
                2)) {
      prepares.runReference();
      long before = prepares.cost().referenceInferences();
      assertThat(before).isEqualTo(90);
      assertThat(runner.measure(options)).isEqualTo(here.measure(options));
      assertThat(prepares.cost().referenceInferences()).isEqualTo(before);
      assertThat(runner.cost().referenceInferences()).isZero();
    }
  }
}
