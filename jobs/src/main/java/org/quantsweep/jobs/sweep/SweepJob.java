package org.quantsweep.jobs.sweep;

import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.SparkSession;
import org.quantsweep.datasets.IngestLimits;
import org.quantsweep.job.SweepPorts;
import org.quantsweep.job.SweepProcedure;
import org.quantsweep.job.SweepSettings;
import org.quantsweep.jobs.files.FileAddress;
import org.quantsweep.jobs.guard.GuardedEngine;
import org.quantsweep.report.SweepResult;
import org.quantsweep.search.SearchBudget;
import org.quantsweep.search.SearchListener;

/** Sweeps the configurations of a model on Spark and writes the result into the output folder. */
public final class SweepJob {
  private final SparkSession spark;
  private final SweepSettings settings;
  private final SearchListener listener;
  private final SearchBudget budget;
  private final GuardedEngine engine;

  /** With everything that it needs. */
  public SweepJob(SparkSession spark, SweepSettings settings, SearchListener listener) {
    this(
        spark,
        settings,
        listener,
        new SearchBudget(settings.maxEvaluations(), settings.timeBudget(), System::nanoTime));
  }

  /**
   * With a budget that others may interrupt.
   *
   * @param budget over the whole sweep
   */
  public SweepJob(
      SparkSession spark, SweepSettings settings, SearchListener listener, SearchBudget budget) {
    this.spark = spark;
    this.settings = settings;
    this.listener = listener;
    this.budget = budget;
    this.engine =
        GuardedEngine.onnxRuntime(
            settings.runLimit(), settings.halfPrecision(), settings.functions());
  }

  /**
   * Runs the sweep; samples may be as large as by default.
   *
   * @throws org.quantsweep.BadInputException when the model cannot run or too many samples cannot
   *     be read
   */
  public SweepResult run() {
    Configuration hadoop = spark.sparkContext().hadoopConfiguration();
    OutputFolder output = new OutputFolder(settings.output(), hadoop);
    String evaluations =
        settings.evaluations().isEmpty()
            ? output.path("evaluations")
            : FileAddress.hadoop(settings.evaluations());
    DeltaStores stores = new DeltaStores(spark, evaluations);
    SampleTables samples =
        new SampleTables(spark, IngestLimits.DEFAULT, output, listener::remarked);
    SparkRunners runners =
        new SparkRunners(
            spark, settings, engine.engine(), samples, stores.models(), stores.statistics());
    SweepPorts ports =
        new SweepPorts(
            new HadoopInput(hadoop),
            samples,
            runners,
            stores,
            new FolderOutput(output, settings.model()),
            new ReportPictures());
    // The driver opens the model first: what crashes or hangs must not do so there.
    return new SweepProcedure(settings, engine, ports, listener, budget).run();
  }
}
