package org.quantsweep.jobs.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import org.apache.spark.sql.SparkSession;
import org.quantsweep.datasets.IngestLimits;
import org.quantsweep.datasets.table.Ingestion;
import org.quantsweep.datasets.table.SampleTable;
import org.quantsweep.jobs.files.FileAddress;
import org.quantsweep.jobs.spark.SparkSessions;

/** A table as a command's samples; apart, so that other samples load no Spark. */
final class TableSamples {
  private TableSamples() {}

  static CommandSamples open(InputFile given) {
    SparkSession spark = SparkSessions.open("quantsweep samples");
    try {
      Path folder = Files.createTempDirectory("quantsweep");
      Runnable end =
          () -> {
            spark.stop();
            delete(folder);
          };
      try {
        Ingestion ingestion = new Ingestion(spark, IngestLimits.DEFAULT);
        SampleTable table =
            ingestion.open(
                FileAddress.hadoop(given.file().toString()), folder.resolve("samples").toString());
        return new CommandSamples(table, ingestion.remarks(), end);
      } catch (RuntimeException e) {
        end.run();
        throw e;
      }
    } catch (IOException e) {
      spark.stop();
      throw new UncheckedIOException("no temporary folder can be made.", e);
    }
  }

  private static void delete(Path folder) {
    try (var files = Files.walk(folder)) {
      files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
    } catch (IOException e) {
      throw new UncheckedIOException("the temporary folder " + folder + " cannot be removed.", e);
    }
  }
}
