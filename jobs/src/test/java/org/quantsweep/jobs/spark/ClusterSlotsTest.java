package org.quantsweep.jobs.spark;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.spark.SparkConf;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What settings of Spark allow; the products are the settings' own definitions. */
class ClusterSlotsTest {
  private static final String CLUSTER = "spark://host:7077";

  @ParameterizedTest
  @CsvSource({
    // Executors, cores of each, cores of a task, slots now, slots.
    "100, 4, 1, 2, 400",
    "100, 4, 2, 2, 200",
    "100, 4, 3, 2, 100",
    // A task that takes more than an executor has would never run; the setting is a mistake.
    "100, 4, 8, 2, 100",
    // What is there already counts, if it is more.
    "2, 4, 1, 30, 30",
    "0, 4, 1, 30, 30",
    "0, 4, 1, 0, 1",
    "2147483647, 16, 1, 2, 2147483647"
  })
  void withDynamicAllocationTheMostThatMayComeCounts(
      int executors, int cores, int taskCores, int now, int slots) {
    assertThat(ClusterSlots.of(conf(true, CLUSTER, executors, cores, taskCores), now))
        .isEqualTo(slots);
  }

  @ParameterizedTest
  @CsvSource({"false, " + CLUSTER, "true, local", "true, local[2]", "true, 'local[*,3]'"})
  void elsewhereWhatIsThereCounts(boolean enabled, String master) {
    assertThat(ClusterSlots.of(conf(enabled, master, 100, 4, 1), 6)).isEqualTo(6);
  }

  private static SparkConf conf(
      boolean enabled, String master, int executors, int cores, int taskCores) {
    return new SparkConf(false)
        .setMaster(master)
        .set("spark.dynamicAllocation.enabled", Boolean.toString(enabled))
        .set("spark.dynamicAllocation.maxExecutors", Integer.toString(executors))
        .set("spark.executor.cores", Integer.toString(cores))
        .set("spark.task.cpus", Integer.toString(taskCores));
  }

  @ParameterizedTest
  @CsvSource({"50, 50", "1, 6"})
  void anExecutorHasACoreWhereNothingIsSaid(int executors, int slots) {
    SparkConf conf =
        new SparkConf(false)
            .setMaster(CLUSTER)
            .set("spark.dynamicAllocation.enabled", "true")
            .set("spark.dynamicAllocation.maxExecutors", Integer.toString(executors));
    assertThat(ClusterSlots.of(conf, 6)).isEqualTo(slots);
  }
}
