package org.quantsweep.jobs.cli;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.quantsweep.BadInputException;
import org.quantsweep.digest.ByteSize;
import org.quantsweep.jobs.page.ReportPage;
import org.quantsweep.report.ResultFile;
import org.quantsweep.report.SweepResult;
import org.quantsweep.report.bundle.BundleFile;
import org.quantsweep.report.bundle.EvidenceBundle;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Makes a sweep's page from what lies in its output folder, without Spark. */
@Command(
    name = "report",
    mixinStandardHelpOptions = true,
    description = "Make one page that shows what a sweep found, and why.",
    footer = {
      "",
      "Reads result.json and evidence.json. Exits with 4 where one is missing, cannot be read, or",
      "belongs to another sweep.",
      "Example: quantsweep report results/squeezenet --output squeezenet.html"
    })
final class ReportCommand implements Callable<Integer> {
  /** Far more than a sweep writes. */
  private static final long LARGEST = 512L << 20;

  @Spec private CommandSpec spec;
  @Mixin private CommonOptions common = new CommonOptions();

  @Parameters(paramLabel = "DIR", description = "The sweep's output folder; any Hadoop path.")
  private String folder;

  @Option(
      names = "--output",
      paramLabel = "FILE",
      description = "The page; any Hadoop path. Default: report.html in DIR.")
  private OutputFile output;

  @Override
  public Integer call() {
    SweepResult result = ResultCommand.read(folder);
    EvidenceBundle evidence = readEvidence(folder);
    requireSame(result, evidence);
    byte[] page = ReportPage.of(result, evidence).getBytes(StandardCharsets.UTF_8);
    OutputFile file =
        output == null ? new OutputFile(new Path(folder, ReportPage.FILE).toString()) : output;
    file.write(page);
    if (common.json()) {
      spec.commandLine()
          .getOut()
          .println(CommonOptions.toJson(new Written(file.name(), page.length)));
    } else {
      spec.commandLine().getOut().println("Wrote " + file + ", " + new ByteSize(page.length));
    }
    return 0;
  }

  /** What {@code --json} prints. */
  private record Written(String report, long bytes) {}

  private static EvidenceBundle readEvidence(String folder) {
    Path file = new Path(folder, EvidenceBundle.FILE);
    try {
      FileSystem files = file.getFileSystem(new Configuration());
      long length = files.getFileStatus(file).getLen();
      if (length > LARGEST) {
        throw new BadInputException(
            file
                + ": this file ("
                + length
                + " bytes) is larger than any evidence ("
                + LARGEST
                + " bytes).\nMaybe name the folder that a sweep wrote with --output.");
      }
      try (InputStream in = files.open(file)) {
        return BundleFile.fromJson(
            new String(in.readAllBytes(), StandardCharsets.UTF_8), file.toString());
      }
    } catch (FileNotFoundException e) {
      throw new BadInputException(
          folder
              + ": there is no "
              + EvidenceBundle.FILE
              + " here: this sweep was run with --no-report, or by an earlier version.\n"
              + "Maybe give the sweep's command again: it takes over the stored evaluations.",
          e);
    } catch (IOException e) {
      throw new BadInputException(
          file + ": the evidence cannot be read (" + e.getMessage() + ").\nMaybe check the path.",
          e);
    }
  }

  private void requireSame(SweepResult result, EvidenceBundle evidence) {
    if (!result.sweepDigest().equals(evidence.sweepDigest())
        || !result.runId().equals(evidence.runId())) {
      throw new BadInputException(
          folder
              + ": "
              + ResultFile.NAME
              + " (sweep "
              + result.sweepDigest()
              + ", run '"
              + result.runId()
              + "') and "
              + EvidenceBundle.FILE
              + " (sweep "
              + evidence.sweepDigest()
              + ", run '"
              + evidence.runId()
              + "') must belong to one run.\n"
              + "Maybe wait until the sweep that writes here has ended, or give it again.");
    }
  }
}
