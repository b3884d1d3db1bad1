package org.quantsweep.jobs.sweep;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.quantsweep.artifact.ModelFiles;
import org.quantsweep.calibration.CalibrationSettings;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.inference.InferenceEngine;
import org.quantsweep.job.PerTensorSettings;
import org.quantsweep.job.SamplePart;
import org.quantsweep.job.SweepRunners;
import org.quantsweep.job.SweepSettings;
import org.quantsweep.jobs.spark.ClusterSlots;
import org.quantsweep.jobs.spark.DeltaStatistics;
import org.quantsweep.jobs.spark.SharedModels;
import org.quantsweep.jobs.spark.SparkOptionRunner;
import org.quantsweep.jobs.spark.SparkSweepRunner;
import org.quantsweep.sweep.Evidence;
import org.quantsweep.sweep.OptionRunner;
import org.quantsweep.sweep.SweepRunner;

/** Runs a sweep's tasks on Spark, over samples that lie in tables. */
final class SparkRunners implements SweepRunners {
  private final SparkSession spark;
  private final SweepSettings settings;
  private final InferenceEngine engine;
  private final SampleTables samples;
  private final SharedModels models;
  private final String statistics;
  private final Map<SamplePart, SparkSweepRunner> opened = new HashMap<>();

  /**
   * Over tables that are opened meanwhile.
   *
   * @param models the folder of models that are too large for a broadcast
   * @param statistics the table of layers' inputs
   */
  SparkRunners(
      SparkSession spark,
      SweepSettings settings,
      InferenceEngine engine,
      SampleTables samples,
      String models,
      String statistics) {
    this.spark = spark;
    this.settings = settings;
    this.engine = engine;
    this.samples = samples;
    this.models = new SharedModels(context(), models);
    this.statistics = statistics;
  }

  @Override
  public SweepRunner open(
      ModelFiles reference, SamplePart part, Consumer<Map<Sha256Digest, Evidence>> finished) {
    SparkSweepRunner runner =
        new SparkSweepRunner(
            context(),
            reference,
            part.index(),
            () -> samples.shards(part),
            settings.preparation(),
            settings.criterion(),
            engine,
            models,
            finished);
    opened.put(part, runner);
    return runner;
  }

  @Override
  public OptionRunner openOptions(OptionWork work) {
    CalibrationSettings fitting =
        settings
            .perTensor()
            .map(PerTensorSettings::calibration)
            .orElse(CalibrationSettings.DEFAULT);
    return new SparkOptionRunner(
        context(),
        work.model(),
        work.calibration().index(),
        opened.get(work.calibration()),
        work.sensitivity(),
        opened.get(work.selection()),
        settings.criterion(),
        engine,
        fitting,
        new DeltaStatistics(spark, statistics, work.statistics()),
        models);
  }

  @Override
  public int parallelism() {
    return ClusterSlots.of(context());
  }

  private JavaSparkContext context() {
    return JavaSparkContext.fromSparkContext(spark.sparkContext());
  }
}
