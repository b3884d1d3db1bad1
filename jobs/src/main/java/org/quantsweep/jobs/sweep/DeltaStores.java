package org.quantsweep.jobs.sweep;

import org.apache.spark.sql.SparkSession;
import org.quantsweep.job.SweepStores;
import org.quantsweep.jobs.spark.DeltaEvaluationStore;
import org.quantsweep.jobs.spark.DeltaOptionStore;
import org.quantsweep.sweep.EvaluationStore;
import org.quantsweep.sweep.OptionStore;

/**
 * What is kept from one sweep to the next, as Delta tables beside each other.
 *
 * @param evaluations the path of the first
 */
record DeltaStores(SparkSession spark, String evaluations) implements SweepStores {
  @Override
  public EvaluationStore openEvaluations() {
    return new DeltaEvaluationStore(spark, evaluations);
  }

  @Override
  public OptionStore openOptions() {
    return new DeltaOptionStore(spark, evaluations + "-options");
  }

  /** The folder of models that are too large for a broadcast. */
  String models() {
    return evaluations + "-models";
  }

  /** The path of the statistics of layers' inputs. */
  String statistics() {
    return evaluations + "-statistics";
  }
}
