package org.quantsweep.jobs.cli;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import org.apache.hadoop.fs.Path;
import org.quantsweep.digest.ByteSize;
import org.quantsweep.jobs.files.FileAddress;
import org.quantsweep.jobs.files.ProcessUmask;
import org.quantsweep.jobs.page.EvidenceFile;
import org.quantsweep.jobs.page.ReportPage;
import org.quantsweep.report.SweepResult;
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
    EvidenceBundle evidence = EvidenceFile.read(FileAddress.hadoop(folder), ProcessUmask.hadoop());
    EvidenceFile.requireSame(folder, result, evidence);
    byte[] page = ReportPage.of(result, evidence).getBytes(StandardCharsets.UTF_8);
    OutputFile file =
        output == null
            ? new OutputFile(new Path(FileAddress.hadoop(folder), ReportPage.FILE).toString())
            : output;
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
}
