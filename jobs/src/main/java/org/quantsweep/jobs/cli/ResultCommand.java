package org.quantsweep.jobs.cli;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import org.apache.hadoop.fs.Path;
import org.quantsweep.BadInputException;
import org.quantsweep.jobs.files.FileAddress;
import org.quantsweep.jobs.files.ProcessUmask;
import org.quantsweep.report.ResultFile;
import org.quantsweep.report.ResultTable;
import org.quantsweep.report.SweepResult;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Shows what an earlier sweep found, without Spark. */
@Command(
    name = "result",
    mixinStandardHelpOptions = true,
    description = "Show what an earlier sweep found.",
    footer = {"", "Example: quantsweep result results/squeezenet --json"})
final class ResultCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private CommonOptions common = new CommonOptions();

  @Parameters(paramLabel = "DIR", description = "The sweep's output folder; any Hadoop path.")
  private String folder;

  @Override
  public Integer call() {
    SweepResult result = read(folder);
    spec.commandLine()
        .getOut()
        .print(common.json() ? ResultFile.toJson(result) : ResultTable.toText(result));
    spec.commandLine().getOut().flush();
    return 0;
  }

  static SweepResult read(String folder) {
    Path file = new Path(FileAddress.hadoop(folder), ResultFile.NAME);
    try (InputStream in = file.getFileSystem(ProcessUmask.hadoop()).open(file)) {
      return ResultFile.fromJson(
          new String(in.readAllBytes(), StandardCharsets.UTF_8), file.toString());
    } catch (FileNotFoundException e) {
      throw new BadInputException(
          folder
              + ": there is no "
              + ResultFile.NAME
              + " here: no sweep has ended with this output folder.\n"
              + "Maybe name the folder that a sweep wrote with --output.",
          e);
    } catch (IOException e) {
      throw new BadInputException(
          file + ": the result cannot be read (" + e.getMessage() + ").\nMaybe check the path.", e);
    }
  }
}
