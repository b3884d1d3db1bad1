package org.quantsweep.jobs.spark;

import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.quantsweep.artifact.ModelFiles;
import org.quantsweep.inference.InferenceEngine;
import org.quantsweep.inference.engine.InferenceEngines;
import org.quantsweep.sample.SampleSource;
import org.quantsweep.sweep.SweepRunner;
import org.quantsweep.testing.SweepRunnerContract;
import org.quantsweep.testing.TinySweep;

class SparkSweepRunnerIT extends SweepRunnerContract {
  private static SparkSession spark;

  @BeforeAll
  static void open() {
    spark = SparkSessions.open("test", "local[2]");
  }

  @AfterAll
  static void close() {
    spark.stop();
  }

  @Override
  protected SweepRunner open(ModelFiles reference, SampleSource samples, InferenceEngine engine) {
    JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
    return new SparkSweepRunner(
        context,
        reference,
        samples.index(),
        SparkShards.of(context, samples),
        TinySweep.preparation(),
        CRITERION,
        engine);
  }

  @Override
  protected InferenceEngine engine() {
    return InferenceEngines.onnxRuntime();
  }
}
