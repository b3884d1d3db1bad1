package org.quantsweep.jobs.cli;

import java.io.PrintWriter;
import java.nio.file.Files;
import java.util.List;
import java.util.concurrent.Callable;
import org.apache.spark.sql.SparkSession;
import org.quantsweep.PublishingException;
import org.quantsweep.coreml.file.ModelReader;
import org.quantsweep.job.SweepSettings;
import org.quantsweep.jobs.files.FileAddress;
import org.quantsweep.jobs.registry.PublishSweep;
import org.quantsweep.jobs.registry.RegistryAddress;
import org.quantsweep.jobs.spark.SparkSessions;
import org.quantsweep.jobs.sweep.SweepJob;
import org.quantsweep.report.ResultFile;
import org.quantsweep.report.ResultTable;
import org.quantsweep.report.SweepResult;
import org.quantsweep.search.SearchBudget;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Chooses the smallest configuration that agrees, or the most agreeing one up to a size. */
@Command(
    name = "sweep",
    mixinStandardHelpOptions = true,
    description =
        "Judge configurations on samples and choose the smallest that agrees, or the most agreeing"
            + " up to a size.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  quantsweep sweep --model SqueezeNet.mlmodel --samples photos/ --agreement 0.95 --output"
          + " results/squeezenet",
      "  quantsweep sweep --model SqueezeNet.mlmodel --samples photos/ --calibration others/"
          + " --time-budget 30m --output results/squeezenet",
      "  quantsweep sweep --model SqueezeNet.mlmodel --samples photos/ --largest-size 1.2MB"
          + " --output results/squeezenet",
      "  quantsweep sweep --model Style.mlmodel --samples photos/ --criterion psnr:30"
          + " --evaluate-all --output results/style",
      "Exit codes: 0 selected, 2 wrong usage, 3 none acceptable, 4 bad model or samples, 5"
          + " publishing failed, 1 internal failure."
    })
final class SweepCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private CommonOptions common = new CommonOptions();
  @Mixin private SweepOptions options = new SweepOptions();

  @Option(
      names = "--model",
      required = true,
      paramLabel = "M",
      description = "The Core ML model file; any Hadoop path.")
  private String model;

  @Option(
      names = "--samples",
      split = SettingsFile.LINE,
      splitSynopsisLabel = " ",
      required = true,
      paramLabel = "S",
      description = "A folder, an .npz file or a table; any Hadoop path.")
  private List<String> samples;

  @Option(
      names = "--output",
      required = true,
      paramLabel = "DIR",
      description = "Where the result and the chosen model go.")
  private String output;

  @Option(
      names = "--publish",
      paramLabel = "REGISTRY/NAME",
      description =
          "Publish the chosen model there, as challenger: a folder, or mlflow+http://HOST:PORT.")
  private String publish;

  @Override
  public Integer call() {
    return run(spec, settings(), publish, common.json());
  }

  /** What the flags say. */
  SweepSettings settings() {
    return options.settings(model, samples, output);
  }

  /** What lies on this machine is looked at before Spark starts; other models are later. */
  private static void requireCompressible(SweepSettings settings) {
    FileAddress.local(settings.model())
        .filter(Files::exists)
        .ifPresent(
            file ->
                ModelReader.read(file).forDeployment(settings.deployment()).requireCompressible());
  }

  /** Runs a sweep on a Spark session of its own. */
  static int run(CommandSpec spec, SweepSettings settings, String publish, boolean json) {
    PrintWriter out = spec.commandLine().getOut();
    PrintWriter err = spec.commandLine().getErr();
    SweepResult result;
    PublishingException unpublished = null;
    if (publish != null) {
      // A wrong address is told before the work, not after it.
      RegistryAddress.parse(publish);
    }
    requireCompressible(settings);
    err.println("starting Spark");
    SparkSession spark = SparkSessions.open("quantsweep sweep");
    try (SweepProgress progress = new SweepProgress(err)) {
      SearchBudget budget =
          new SearchBudget(settings.maxEvaluations(), settings.timeBudget(), System::nanoTime);
      Runnable stop =
          () -> {
            budget.interrupt();
            err.println("stopping at the next step; the best so far is kept (again: at once)");
          };
      StopSignal signal = StopSignal.onFirst(stop);
      try {
        result = new SweepJob(spark, settings, progress, budget).run();
      } finally {
        signal.close();
      }
      if (publish != null && result.selected() != null) {
        try {
          result =
              PublishSweep.publish(
                  settings.output(), result, publish, spark.sparkContext().hadoopConfiguration());
        } catch (PublishingException e) {
          // The sweep is done: what it found is printed first.
          unpublished = e;
        }
      }
    } finally {
      spark.stop();
    }
    out.print(json ? ResultFile.toJson(result) : ResultTable.toText(result));
    out.flush();
    if (unpublished != null) {
      throw unpublished;
    }
    return result.selected() == null ? QuantSweep.NONE_ACCEPTABLE : 0;
  }
}
