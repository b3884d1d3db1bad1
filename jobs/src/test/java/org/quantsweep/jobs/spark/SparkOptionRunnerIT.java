package org.quantsweep.jobs.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quantsweep.artifact.ModelFiles;
import org.quantsweep.calibration.CalibrationSettings;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.coreml.file.ModelReader;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.encode.ModelEncoder;
import org.quantsweep.encode.QuantizationPlan;
import org.quantsweep.inference.InferenceEngine;
import org.quantsweep.inference.engine.InferenceEngines;
import org.quantsweep.quantize.Scheme;
import org.quantsweep.sample.SampleIndex;
import org.quantsweep.sample.SampleSource;
import org.quantsweep.sample.SampleSplits;
import org.quantsweep.sample.SampleSubset;
import org.quantsweep.sweep.LocalOptionRunner;
import org.quantsweep.sweep.OptionRunner;
import org.quantsweep.sweep.OptionWeights;
import org.quantsweep.sweep.TensorOption;
import org.quantsweep.testing.OptionRunnerContract;
import org.quantsweep.testing.TinySweep;

class SparkOptionRunnerIT extends OptionRunnerContract {
  @TempDir static Path folder;
  private static SparkSession spark;
  private static int tables;

  private final Map<OptionRunner, SparkSweepRunner> selecting = new HashMap<>();

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
    SparkSweepRunner prepares =
        new SparkSweepRunner(
            context,
            model,
            selection.index(),
            SparkShards.of(context, selection),
            TinySweep.preparation(),
            CRITERION,
            engine());
    OptionRunner runner =
        new SparkOptionRunner(
            context,
            model,
            calibration.index(),
            SparkShards.of(context, calibration),
            alone,
            prepares,
            TinySweep.preparation(),
            CRITERION,
            engine(),
            CalibrationSettings.DEFAULT,
            new DeltaStatistics(
                spark, folder.resolve("t" + tables).toString(), Sha256Digest.ofText("key")));
    selecting.put(runner, prepares);
    return runner;
  }

  @Override
  protected InferenceEngine engine() {
    return InferenceEngines.onnxRuntime();
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
