package org.quantsweep.jobs.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.storage.StorageLevel;
import org.apache.spark.util.LongAccumulator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quantsweep.BadInputException;
import org.quantsweep.agreement.Criteria;
import org.quantsweep.artifact.ModelFiles;
import org.quantsweep.calibration.CalibrationSettings;
import org.quantsweep.calibration.InputMoments;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.coreml.file.ModelReader;
import org.quantsweep.datasets.IngestLimits;
import org.quantsweep.datasets.LocalSamples;
import org.quantsweep.datasets.picture.PicturePreparation;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.inference.engine.InferenceEngines;
import org.quantsweep.quantize.CalibratedWeightsCodec;
import org.quantsweep.quantize.Scheme;
import org.quantsweep.sweep.FittedOption;
import org.quantsweep.sweep.LocalOptionRunner;
import org.quantsweep.sweep.SweepCost;
import org.quantsweep.sweep.TensorOption;
import org.quantsweep.testing.MadeMoments;
import scala.Tuple2;

/** Statistics of layers' inputs in Delta: gathered once, whatever is fitted to them. */
class DeltaStatisticsIT {
  private static final Path SAMPLE = Path.of("../datasets/src/main/sample").toAbsolutePath();
  private static final CalibrationSettings SETTINGS = CalibrationSettings.DEFAULT;
  private static final Sha256Digest KEY = Sha256Digest.ofText("key");
  private static final List<String> TENSORS =
      List.of("conv1/weights", "conv2/weights", "conv3/weights", "fc2/weights");

  @TempDir static Path folder;

  private static SparkSession spark;
  private static ModelFiles file;
  private static CoreMLModel model;
  private static LocalSamples samples;

  @BeforeAll
  static void open() throws Exception {
    spark = SparkSessions.open("test", "local[2]");
    file = ModelFiles.lone(Files.readAllBytes(SAMPLE.resolve("shapes.mlmodel")));
    model = ModelReader.read(file, "shapes.mlmodel");
    Path pictures = Files.createDirectory(folder.resolve("pictures"));
    try (Stream<Path> all = Files.walk(SAMPLE.resolve("pictures"))) {
      List<Path> files = all.filter(Files::isRegularFile).sorted().toList();
      for (int i = 0; i < files.size(); i += 100) {
        Files.copy(files.get(i), pictures.resolve(i + "-" + files.get(i).getFileName()));
      }
    }
    samples = LocalSamples.read(pictures, IngestLimits.DEFAULT);
  }

  @AfterAll
  static void close() {
    spark.stop();
  }

  @Test
  void whatWasGatheredIsFittedToWithoutARunOfTheNetwork() {
    List<TensorOption> few = options("linear:3+calibrated");
    List<TensorOption> others = options("linear:2+calibrated", "lut-kmeans:2+calibrated", "half");
    List<TensorOption> all = new ArrayList<>(few);
    all.addAll(others);
    Map<String, String> expected = locally(all);
    long answered = samples.index().size();

    Fitted first = fit("table", few);
    assertThat(expected).containsAllEntriesOf(first.options());
    assertThat(first.options()).hasSize(few.size());
    assertThat(first.cost().referenceInferences()).isEqualTo(answered);
    Dataset<Row> rows = table("table");
    assertThat(rows.count()).isEqualTo(TENSORS.size());
    // Each file holds one weight tensor, so that a task reads no more.
    assertThat(rows.inputFiles()).hasSize(TENSORS.size());

    Fitted second = fit("table", others);
    assertThat(expected).containsAllEntriesOf(second.options());
    assertThat(second.options()).hasSize(others.size());
    assertThat(second.cost()).isEqualTo(SweepCost.NONE);

    // As after a kill: statistics are stored, less two that are too large, and nothing is fitted.
    DeltaStatistics stored = statistics("table", KEY);
    DeltaStatistics killed = statistics("killed", KEY);
    new DeltaStatistics(spark, folder.resolve("killed").toString(), KEY, 50_000)
        .append(stored.load(TENSORS));
    assertThat(killed.known(TENSORS)).containsExactly("conv1/weights", "fc2/weights");
    assertThat(statistics("killed", Sha256Digest.ofText("other samples")).known(TENSORS)).isEmpty();
    Fitted continued = fit("killed", all);
    assertThat(continued.options()).isEqualTo(expected);
    assertThat(continued.cost().referenceInferences()).isEqualTo(answered);
    assertThat(table("killed").count()).isEqualTo(TENSORS.size());

    // As of two sweeps at once: both find nothing, and both append.
    killed.append(stored.load(TENSORS));
    Fitted again = fit("killed", few);
    assertThat(again.options()).isEqualTo(first.options());
    assertThat(again.cost()).isEqualTo(SweepCost.NONE);
  }

  /** What samples gave is not lost with a commit, nor gathered a second time for it. */
  @Test
  void whatAFailedCommitHadIsTriedAgain() throws Exception {
    Path blocked = Files.writeString(folder.resolve("busy"), "a file, for a while");
    JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
    List<InputMoments> drawn = MadeMoments.drawn(2);
    LongAccumulator made = spark.sparkContext().longAccumulator();
    JavaPairRDD<String, InputMoments> moments =
        context
            .parallelizePairs(
                List.of(new Tuple2<>("a", drawn.get(0)), new Tuple2<>("b", drawn.get(1))), 2)
            .mapValues(
                own -> {
                  made.add(1);
                  return own;
                })
            .persist(StorageLevel.MEMORY_AND_DISK());
    moments.count();
    Thread freeing =
        new Thread(
            () -> {
              LockSupport.parkNanos(Duration.ofMillis(500).toNanos());
              blocked.toFile().delete();
            });
    freeing.start();
    DeltaStatistics statistics = statistics("busy/statistics", KEY);
    statistics.append(moments);
    freeing.join();
    moments.unpersist();
    assertThat(made.value()).isEqualTo(2);
    Map<String, InputMoments> stored = statistics.load(List.of("a", "b")).collectAsMap();
    assertThat(stored).containsOnlyKeys("a", "b");
    assertThat(MadeMoments.sum(stored.get("a"))).isEqualTo(MadeMoments.sum(drawn.get(0)));
    assertThat(MadeMoments.sum(stored.get("b"))).isEqualTo(MadeMoments.sum(drawn.get(1)));
    assertThat(table("busy/statistics").count()).isEqualTo(2);
  }

  @Test
  void aRowThatCannotBeReadIsTold() {
    byte[] moments = new byte[40];
    spark
        .createDataFrame(
            List.of(RowFactory.create(KEY.hex(), "fc2/weights", moments)),
            new StructType()
                .add("key", DataTypes.StringType)
                .add("tensor", DataTypes.StringType)
                .add("moments", DataTypes.BinaryType))
        .write()
        .format("delta")
        .save(folder.resolve("damaged").toString());
    assertThatThrownBy(
            () -> fit("damaged", List.of(new TensorOption("fc2/weights", Scheme.parse("half")))))
        .cause()
        .isInstanceOf(BadInputException.class)
        .hasMessage(
            folder.resolve("damaged")
                + ": fc2/weights: these statistics of a layer's inputs cannot be read: they do not"
                + " begin as statistics do.\nMaybe take their table away: they are gathered"
                + " again.");
  }

  @Test
  void onlyWhatDecidesStatisticsIsInTheirDigest() {
    CalibrationSettings fitting = new CalibrationSettings(64, 0.1, 2304, 0.5, 1, 0);
    assertThat(fitting.digest()).isNotEqualTo(SETTINGS.digest());
    assertThat(fitting.momentsDigest()).isEqualTo(SETTINGS.momentsDigest());
    assertThat(
            Stream.of(
                    new CalibrationSettings(65, 0.01, 2304, 1, 3, 0),
                    new CalibrationSettings(64, 0.01, 2305, 1, 3, 0),
                    new CalibrationSettings(64, 0.01, 2304, 1, 3, 1))
                .map(CalibrationSettings::momentsDigest))
        .doesNotHaveDuplicates()
        .doesNotContain(SETTINGS.momentsDigest());
  }

  private record Fitted(Map<String, String> options, SweepCost cost) {}

  private static Fitted fit(String table, Collection<TensorOption> options) {
    try (SparkSweepRunner prepares = preparing();
        SparkOptionRunner runner = runner(table, prepares)) {
      return new Fitted(bytes(runner.fit(options)), runner.cost());
    }
  }

  private static SparkOptionRunner runner(String table, SparkSweepRunner prepares) {
    return new SparkOptionRunner(
        JavaSparkContext.fromSparkContext(spark.sparkContext()),
        file,
        samples.index(),
        prepares,
        samples.index(),
        prepares,
        Criteria.parse("top-1"),
        InferenceEngines.onnxRuntime(),
        SETTINGS,
        statistics(table, KEY),
        new SharedModels(
            JavaSparkContext.fromSparkContext(spark.sparkContext()),
            folder.resolve("models").toString()));
  }

  private static SparkSweepRunner preparing() {
    JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
    return new SparkSweepRunner(
        context,
        file,
        samples.index(),
        SparkShards.of(context, samples),
        PicturePreparation.DEFAULT,
        Criteria.parse("top-1"),
        InferenceEngines.onnxRuntime());
  }

  private static DeltaStatistics statistics(String table, Sha256Digest key) {
    return new DeltaStatistics(spark, folder.resolve(table).toString(), key);
  }

  private static Dataset<Row> table(String table) {
    return spark.read().format("delta").load(folder.resolve(table).toString());
  }

  private static List<TensorOption> options(String... schemes) {
    List<TensorOption> options = new ArrayList<>();
    for (String tensor : TENSORS) {
      for (String scheme : schemes) {
        options.add(new TensorOption(tensor, Scheme.parse(scheme)));
      }
    }
    return options;
  }

  /** The same in this process, where nothing is stored. */
  private static Map<String, String> locally(Collection<TensorOption> options) {
    try (LocalOptionRunner runner =
        new LocalOptionRunner(
            model,
            samples,
            samples,
            PicturePreparation.DEFAULT,
            Criteria.parse("top-1"),
            InferenceEngines.onnxRuntime(),
            SETTINGS,
            2)) {
      return bytes(runner.fit(options));
    }
  }

  /** Everything that was fitted, to the last bit. */
  private static Map<String, String> bytes(Map<TensorOption, FittedOption> fitted) {
    Map<String, String> bytes = new TreeMap<>();
    fitted.forEach(
        (option, found) ->
            bytes.put(
                option.tensor() + " " + option.scheme(),
                Double.toHexString(found.error())
                    + " "
                    + found
                        .weights()
                        .map(CalibratedWeightsCodec::encode)
                        .map(Sha256Digest::of)
                        .map(Sha256Digest::hex)
                        .orElse("")));
    return bytes;
  }
}
