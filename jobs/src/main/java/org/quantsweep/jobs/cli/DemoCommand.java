package org.quantsweep.jobs.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.quantsweep.UsageException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Sweeps the bundled model on the bundled pictures. */
@Command(
    name = "demo",
    mixinStandardHelpOptions = true,
    description = "Sweep the bundled sample model on the bundled pictures.",
    footer = {"", "Example: quantsweep demo --evaluate-all"})
final class DemoCommand implements Callable<Integer> {
  static final String HOME = "quantsweep.home";

  @Spec private CommandSpec spec;
  @Mixin private CommonOptions common = new CommonOptions();
  @Mixin private SweepOptions options = new SweepOptions();

  @Option(
      names = "--output",
      paramLabel = "DIR",
      description = "Where the result goes; default: results/demo beside the sample.")
  private String output;

  @Override
  public Integer call() {
    Path home = Path.of(System.getProperty(HOME, ""));
    Path sample = home.resolve("datasets/src/main/sample");
    if (!Files.isDirectory(sample)) {
      throw new UsageException(
          sample.toAbsolutePath()
              + ": the bundled sample is not here.\n"
              + "Maybe run the demo by ./quantsweep from a clone.");
    }
    String folder = output == null ? home.resolve("results/demo").toString() : output;
    return SweepCommand.run(
        spec,
        options.settings(
            sample.resolve("shapes.mlmodel").toString(),
            List.of(sample.resolve("pictures").toString()),
            folder,
            SweepOptions.UNIFORM),
        null,
        common.json());
  }
}
