package org.quantsweep.jobs.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaFutureAction;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A kill loses little only if commits end while a wave still runs. */
class CommitsAmongTasksIT {
  private static final StructType NUMBERS =
      new StructType().add("number", DataTypes.IntegerType, false);

  /** Far more than a commit can take: a commit that waits for the last of them is seen. */
  private static final int TASKS = 3000;

  @Test
  void aCommitDoesNotWaitForAWaveThatHasTheOnlySlot(@TempDir Path folder) throws Exception {
    try (SparkSession spark = SparkSessions.open("test", "local[1]")) {
      DeltaTableFile table =
          new DeltaTableFile(spark, folder.resolve("numbers").toString(), NUMBERS);
      List<Integer> tasks = IntStream.range(0, TASKS).boxed().toList();
      JavaFutureAction<Void> wave =
          new JavaSparkContext(spark.sparkContext())
              .parallelize(tasks, TASKS)
              .foreachAsync(task -> Thread.sleep(50));
      while (spark.sparkContext().statusTracker().getActiveStageIds().length == 0) {
        Thread.onSpinWait();
      }

      table.append(List.of(RowFactory.create(1)));

      assertThat(wave.isDone()).as("all tasks of the wave have run").isFalse();
      wave.cancel(true);
      assertThat(table.rows()).isPresent();
    }
  }
}
