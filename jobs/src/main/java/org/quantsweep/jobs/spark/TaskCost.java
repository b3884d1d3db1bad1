package org.quantsweep.jobs.spark;

import java.io.Serializable;
import org.apache.spark.SparkContext;
import org.apache.spark.util.DoubleAccumulator;
import org.apache.spark.util.LongAccumulator;
import org.quantsweep.sweep.SweepCost;

/**
 * What runs of the reference have cost, counted where they are done: what Spark keeps is made by
 * whatever asks first, and once more when its executor was lost.
 */
record TaskCost(
    LongAccumulator inferences, DoubleAccumulator preparation, DoubleAccumulator inference)
    implements Serializable {
  static TaskCost in(SparkContext spark) {
    return new TaskCost(
        spark.longAccumulator(), spark.doubleAccumulator(), spark.doubleAccumulator());
  }

  /** Called in tasks. */
  void add(SweepCost cost) {
    inferences.add(cost.referenceInferences());
    preparation.add(cost.preparationSeconds());
    inference.add(cost.inferenceSeconds());
  }

  /** Called on the driver. */
  SweepCost total() {
    return new SweepCost(inferences.sum(), 0, preparation.sum(), inference.sum());
  }
}
