package org.quantsweep.jobs.cli;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.apache.spark.sql.SparkSession;
import org.quantsweep.BadInputException;
import org.quantsweep.UserException;
import org.quantsweep.datasets.IngestLimits;
import org.quantsweep.datasets.table.ColumnNames;
import org.quantsweep.datasets.table.Ingestion;
import org.quantsweep.datasets.table.SampleTable;
import org.quantsweep.jobs.files.FileAddress;
import org.quantsweep.jobs.spark.SparkSessions;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Brings samples into a Delta table. */
@Command(
    name = "ingest",
    mixinStandardHelpOptions = true,
    description = "Bring a folder, a file, or a Parquet or Delta table into a sample table.",
    footer = {
      "",
      "Of a folder: .jpg, .png, .bmp, .npy and .npz files below it, each one sample; the first",
      "sub-folder is the label. An .npz given alone is a set: the first axis counts samples.",
      "A folder NAME.steps with 0.npz, 1.npz, ... is one sample of as many calls.",
      "Columns in structs are named with a dot. Unnamed columns are found by name and type.",
      "Examples:",
      "  quantsweep ingest photos/ tables/photos",
      "  quantsweep ingest train.parquet tables/train --content-column image.bytes",
      "  quantsweep ingest points.parquet tables/points --array-columns x,y --label-column class"
    })
final class IngestCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private CommonOptions common = new CommonOptions();

  @Parameters(index = "0", paramLabel = "SOURCE", description = "Any Hadoop path.")
  private String source;

  @Parameters(index = "1", paramLabel = "TABLE", description = "The Delta table to write.")
  private String table;

  @Option(
      names = "--content-column",
      defaultValue = "",
      paramLabel = "NAME",
      description =
          "Of a table: files' bytes (JPEG, PNG, BMP, .npy, .npz). Default: content, or the only"
              + " binary column.")
  private String content;

  @Option(
      names = "--array-columns",
      split = ",",
      paramLabel = "NAME",
      description =
          "Of a table: the arrays of the inputs with these names: numbers, arrays of numbers, or"
              + " .npy bytes. Default, without a binary column: all arrays of numbers.")
  private List<String> arrays = new ArrayList<>();

  @Option(
      names = "--label-column",
      defaultValue = "",
      paramLabel = "NAME",
      description = "Of a table: labels. Default: label, where there is one.")
  private String label;

  @Option(
      names = "--path-column",
      defaultValue = "",
      paramLabel = "NAME",
      description = "Of a table: what samples are called. Default: path, where there is one.")
  private String path;

  @Option(
      names = "--steps",
      description =
          "The first axis of a sample's arrays counts its calls; of a set, the one behind the"
              + " samples'.")
  private boolean steps;

  @Override
  public Integer call() {
    ColumnNames columns = new ColumnNames(content, arrays, label, path);
    SparkSession spark = SparkSessions.open("quantsweep ingest");
    try {
      Ingestion plain =
          new Ingestion(spark, IngestLimits.DEFAULT).telling(spec.commandLine().getErr()::println);
      Ingestion ingestion = steps ? plain.withSteps() : plain;
      SampleTable made = ingested(ingestion, columns);
      ingestion.remarks().forEach(spec.commandLine().getErr()::println);
      if (common.json()) {
        Map<String, Object> report = new TreeMap<>();
        report.put("samples", made.index().total());
        report.put("distinct", made.index().size());
        report.put("setDigest", made.index().setDigest().hex());
        report.put("quarantined", made.quarantined());
        report.put("remarks", ingestion.remarks());
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
            .forEach(file -> spec.commandLine().getOut().println("quarantined " + file.line()));
      }
      return 0;
    } finally {
      spark.stop();
    }
  }

  private SampleTable ingested(Ingestion ingestion, ColumnNames columns) {
    try {
      return ingestion.ingest(FileAddress.hadoop(source), FileAddress.hadoop(table), columns);
    } catch (UserException e) {
      throw e;
    } catch (RuntimeException e) {
      for (Throwable cause = e; cause != null; cause = cause.getCause()) {
        if (cause instanceof IOException refused) {
          throw new BadInputException(
              table
                  + ": the sample table cannot be written here ("
                  + refused.getMessage()
                  + ").\nMaybe name a writable place.",
              e);
        }
      }
      throw e;
    }
  }
}
