package org.quantsweep.benchmark;

import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.quantsweep.agreement.AgreementThreshold;
import org.quantsweep.artifact.ModelFiles;
import org.quantsweep.datasets.IngestLimits;
import org.quantsweep.datasets.LocalSamples;
import org.quantsweep.datasets.picture.PicturePreparation;
import org.quantsweep.inference.engine.InferenceEngines;
import org.quantsweep.job.LocalSweep;
import org.quantsweep.job.ReportSettings;
import org.quantsweep.job.SampleSet;
import org.quantsweep.job.SplitSettings;
import org.quantsweep.job.SweepSettings;
import org.quantsweep.report.RecipeSummary;
import org.quantsweep.report.SweepResult;
import org.quantsweep.sample.SampleSource;
import org.quantsweep.sample.SplitSizes;
import org.quantsweep.search.Objective;
import org.quantsweep.search.SearchListener;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * The same sweep for bytes on disk and for bytes to download: what each answer takes of both, on
 * the same splits. Fitted options and evaluations are shared, so the second is not timed.
 */
@Command(name = "objectives", mixinStandardHelpOptions = true)
public final class ObjectiveBenchmark implements Callable<Integer> {
  @Option(names = "--model", required = true)
  private Path file;

  @Option(names = "--samples", required = true, description = "Half selects, half confirms.")
  private Path samples;

  @Option(names = "--calibration", required = true)
  private Path calibration;

  @Option(names = "--agreement", defaultValue = "0.95")
  private String threshold;

  @Option(names = "--seeds", split = ",", defaultValue = "0")
  private List<Long> seeds;

  @Option(names = "--objectives", split = ",", defaultValue = "size,download")
  private List<String> objectives;

  @Option(names = "--threads", description = "Default: one for each processor.")
  private int threads = Runtime.getRuntime().availableProcessors();

  /** Takes the options above. */
  public static void main(String[] arguments) {
    System.exit(new CommandLine(new ObjectiveBenchmark()).execute(arguments));
  }

  @Override
  public Integer call() throws IOException {
    ModelFiles given = ModelFiles.lone(Files.readAllBytes(file));
    Map<SampleSet, SampleSource> sets = new EnumMap<>(SampleSet.class);
    sets.put(SampleSet.MAIN, LocalSamples.read(samples, IngestLimits.DEFAULT));
    sets.put(SampleSet.CALIBRATION, LocalSamples.read(calibration, IngestLimits.DEFAULT));
    line(
        "| seed | objective | on disk | to download | best uniform: on disk | to download |"
            + " confirmation | options | evaluations | seconds |");
    line("|---|---|---|---|---|---|---|---|---|---|");
    try (LocalSweep sweep = new LocalSweep(given, sets, InferenceEngines.onnxRuntime(), threads)) {
      for (long seed : seeds) {
        for (String objective : objectives) {
          run(sweep, seed, Objective.parse(objective));
        }
      }
    }
    return 0;
  }

  private void run(LocalSweep sweep, long seed, Objective objective) {
    SplitSizes sizes =
        new SplitSizes(BigDecimal.ZERO, new BigDecimal("0.5"), new BigDecimal("0.5"));
    SweepSettings settings =
        SweepSettings.builder(
                file.toString(), List.of(samples.toString()), PicturePreparation.DEFAULT, "nowhere")
            .threshold(AgreementThreshold.parse(threshold))
            .objective(objective)
            .splits(
                SplitSettings.DEFAULT
                    .withSizes(sizes)
                    .withSeed(seed)
                    .withCalibration(List.of(calibration.toString())))
            .report(ReportSettings.NONE)
            .build();
    SweepResult result = sweep.run(settings, SearchListener.SILENT).result();
    SweepResult.Chosen chosen = result.selected();
    SweepResult.Chosen uniform = result.bestUniform();
    line(
        String.format(
            Locale.ROOT,
            "| %d | %s | %s | %s | %d of %d | %d | %d | %.0f |",
            seed,
            objective,
            told(chosen),
            told(uniform),
            chosen == null ? 0 : chosen.confirmation().agreeing(),
            chosen == null ? 0 : chosen.confirmation().samples(),
            result.certificate().options(),
            result.cost().evaluations(),
            result.cost().wallSeconds()));
    if (result.recipe() != null) {
      Map<String, Integer> schemes = new TreeMap<>();
      for (RecipeSummary.TensorRow row : result.recipe().tensors()) {
        schemes.merge(row.scheme(), 1, Integer::sum);
      }
      line("<!-- " + schemes + " -->");
    }
  }

  private static String told(SweepResult.Chosen chosen) {
    return chosen == null
        ? "none | "
        : String.format(Locale.ROOT, "%,d | %,d", chosen.encodedSize(), chosen.downloadSize());
  }

  private static void line(String text) {
    System.out.println(text);
  }
}
