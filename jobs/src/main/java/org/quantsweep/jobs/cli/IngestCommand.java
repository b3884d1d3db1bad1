package org.quantsweep.jobs.cli;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.apache.spark.sql.SparkSession;
import org.quantsweep.datasets.IngestLimits;
import org.quantsweep.datasets.table.Ingestion;
import org.quantsweep.datasets.table.SampleTable;
import org.quantsweep.jobs.spark.SparkSessions;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Brings samples into a Delta table. */
@Command(
    name = "ingest",
    mixinStandardHelpOptions = true,
    description =
        "Bring a folder, an .npz file or a table with a content column into a sample table.",
    footer = {"", "Example: quantsweep ingest photos/ tables/photos"})
final class IngestCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private CommonOptions common = new CommonOptions();

  @Parameters(index = "0", paramLabel = "SOURCE", description = "Any Hadoop path.")
  private String source;

  @Parameters(index = "1", paramLabel = "TABLE", description = "The Delta table to write.")
  private String table;

  @Override
  public Integer call() {
    SparkSession spark = SparkSessions.open("quantsweep ingest");
    try {
      SampleTable made = new Ingestion(spark, IngestLimits.DEFAULT).ingest(source, table);
      if (common.json()) {
        Map<String, Object> report = new TreeMap<>();
        report.put("samples", made.index().total());
        report.put("distinct", made.index().size());
        report.put("setDigest", made.index().setDigest().hex());
        report.put("quarantined", made.quarantined());
        spec.commandLine().getOut().println(CommonOptions.toJson(report));
      } else {
        spec.commandLine()
            .getOut()
            .println(
                made.index().total()
                    + " samples ("
                    + made.index().size()
                    + " distinct), "
                    + made.quarantined().size()
                    + " quarantined, set "
                    + made.index().setDigest());
        made.quarantined()
            .forEach(
                file ->
                    spec.commandLine()
                        .getOut()
                        .println("quarantined " + file.path() + ": " + file.reason()));
      }
      return 0;
    } finally {
      spark.stop();
    }
  }
}
