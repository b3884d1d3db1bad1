package org.quantsweep.benchmark;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.function.ToDoubleFunction;
import org.quantsweep.agreement.AgreementThreshold;
import org.quantsweep.agreement.Criteria;
import org.quantsweep.artifact.ModelFiles;
import org.quantsweep.datasets.IngestLimits;
import org.quantsweep.datasets.LocalSamples;
import org.quantsweep.datasets.picture.PicturePreparation;
import org.quantsweep.inference.engine.InferenceEngines;
import org.quantsweep.job.ConfirmationSettings;
import org.quantsweep.job.LocalSweep;
import org.quantsweep.job.PerTensorSettings;
import org.quantsweep.job.ReportSettings;
import org.quantsweep.job.SampleSet;
import org.quantsweep.job.SplitSettings;
import org.quantsweep.job.SweepSettings;
import org.quantsweep.report.Certificate;
import org.quantsweep.report.SweepResult;
import org.quantsweep.sample.SampleSource;
import org.quantsweep.sample.SampleSplits;
import org.quantsweep.sample.SampleSubset;
import org.quantsweep.sample.SplitSizes;
import org.quantsweep.search.OptionRules;
import org.quantsweep.search.PlanSearchSettings;
import org.quantsweep.search.SearchListener;
import org.quantsweep.search.Strategy;
import org.quantsweep.search.Verdict;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Every strategy on the same model, splits and evaluator, data-free and calibrated, for several
 * thresholds and seeds of the split. The peers' rules end with a bisection; the knapsacks go on
 * with a scan and with neighbours. Evaluations, inferences and seconds of a row are those of its
 * whole sweep, the uniform family included: nothing is taken from another row but prepared samples,
 * and the fitted options and sensitivities, which are told apart.
 *
 * <pre>
 * mvn -q -pl jobs,benchmarks -am package -DskipTests
 * benchmarks/strategies.sh --model MODEL.mlmodel --samples PICTURES --calibration PICTURES
 * </pre>
 */
@Command(name = "strategies", mixinStandardHelpOptions = true)
public final class StrategyBenchmark implements Callable<Integer> {
  private static final String ACCEPTED = Verdict.ACCEPTED.toString();

  @Option(names = "--model", required = true)
  private Path file;

  @Option(names = "--samples", required = true, description = "Half selects, half confirms.")
  private Path samples;

  @Option(names = "--most-samples", defaultValue = "1000000")
  private int most;

  @Option(names = "--calibration", description = "Default: a fifth of --samples.")
  private Path calibration;

  @Option(names = "--criterion", defaultValue = "top-1")
  private String criterion;

  @Option(names = "--agreement", split = ",", defaultValue = "0.95")
  private List<String> thresholds;

  @Option(names = "--seeds", split = ",", defaultValue = "0")
  private List<Long> seeds;

  @Option(
      names = "--strategies",
      split = ",",
      defaultValue =
          "uniform,greedy-by-psnr,greedy-by-agreement,knapsack-on-drop,knapsack-on-error,knapsack")
  private List<String> strategies;

  @Option(names = "--options", split = ",", defaultValue = "plain,calibrated")
  private List<String> options;

  @Option(names = "--bits", split = ",", defaultValue = "1,2,3,4,5,6,7,8")
  private Set<Integer> bits;

  @Option(names = "--sensitivity-samples", defaultValue = "128")
  private int sensitivitySamples;

  @Option(names = "--finalists", defaultValue = "20", description = "The most rungs.")
  private int finalists;

  @Option(names = "--threads", description = "Default: one for each processor.")
  private int threads = Runtime.getRuntime().availableProcessors();

  @Option(names = "--output", description = "Rows are added to this file, separated by commas.")
  private Path output;

  private ModelFiles given;
  private final List<Row> rows = new ArrayList<>();

  private record Row(
      long seed,
      String options,
      String threshold,
      String strategy,
      long bytes,
      long best,
      long bestConfirmed) {
    double ratio() {
      return (double) bytes / best;
    }

    double ratioToConfirmed() {
      return (double) bytes / bestConfirmed;
    }
  }

  /** Takes the options above. */
  public static void main(String[] arguments) {
    System.exit(new CommandLine(new StrategyBenchmark()).execute(arguments));
  }

  @Override
  public Integer call() throws IOException {
    given = ModelFiles.lone(Files.readAllBytes(file));
    LocalSamples folder = LocalSamples.read(samples, IngestLimits.DEFAULT);
    SampleSource all = new SampleSubset(folder, SampleSplits.first(folder.index(), most));
    Map<SampleSet, SampleSource> sets = new EnumMap<>(SampleSet.class);
    sets.put(SampleSet.MAIN, all);
    if (calibration != null) {
      sets.put(SampleSet.CALIBRATION, LocalSamples.read(calibration, IngestLimits.DEFAULT));
    }
    line(
        "seed,options,agreement,strategy,bytes,ratio to best uniform,best uniform,"
            + "ratio to best confirmed uniform,best confirmed uniform,selected bytes,"
            + "selection,confirmation,evaluations,inferences,seconds,weight tensors,option count,"
            + "selection samples,schemes");
    try (LocalSweep sweep = new LocalSweep(given, sets, InferenceEngines.onnxRuntime(), threads)) {
      for (long seed : seeds) {
        for (String kind : options) {
          for (String threshold : thresholds) {
            Uniform uniform = uniform(all, sweep, seed, threshold);
            for (String strategy : strategies) {
              run(sweep, seed, kind, threshold, strategy, uniform);
            }
          }
        }
      }
    }
    summary();
    return 0;
  }

  /** The smallest uniform candidate that selection accepts, and that confirmation accepts too. */
  private record Uniform(
      SweepResult.Chosen best, SweepResult.Row confirmed, double inferenceMilliseconds) {}

  private Uniform uniform(SampleSource all, LocalSweep sweep, long seed, String threshold) {
    SweepResult selected =
        sweep
            .run(settings(seed, threshold).uniform().evaluateAll().build(), SearchListener.SILENT)
            .result();
    SampleSource unseen =
        new SampleSubset(all, SampleSplits.of(all.index(), sizes(), seed).confirmation());
    try (LocalSweep confirming =
        new LocalSweep(
            given, Map.of(SampleSet.MAIN, unseen), InferenceEngines.onnxRuntime(), threads)) {
      SweepSettings settings =
          settings(seed, threshold).splits(SplitSettings.DEFAULT).uniform().evaluateAll().build();
      Set<String> accepted = new HashSet<>();
      for (SweepResult.Row row :
          confirming.run(settings, SearchListener.SILENT).result().candidates()) {
        if (row.verdict().equals(ACCEPTED)) {
          accepted.add(row.scheme());
        }
      }
      SweepResult.Row both =
          selected.candidates().stream()
              .filter(row -> row.verdict().equals(ACCEPTED) && accepted.contains(row.scheme()))
              .findFirst()
              .orElseThrow();
      return new Uniform(
          selected.bestUniform(),
          both,
          1e3 * selected.cost().inferenceSeconds() / selected.cost().inferences());
    }
  }

  private SplitSizes sizes() {
    return calibration == null
        ? SplitSizes.DEFAULT
        : new SplitSizes(BigDecimal.ZERO, new BigDecimal("0.5"), new BigDecimal("0.5"));
  }

  private SweepSettings.Builder settings(long seed, String threshold) {
    SplitSettings splits = SplitSettings.DEFAULT.withSizes(sizes()).withSeed(seed);
    return SweepSettings.builder(
            file.toString(), List.of(samples.toString()), PicturePreparation.DEFAULT, "nowhere")
        .criterion(Criteria.parse(criterion))
        .threshold(AgreementThreshold.parse(threshold))
        .splits(
            calibration == null ? splits : splits.withCalibration(List.of(calibration.toString())))
        .confirmation(ConfirmationSettings.DEFAULT.withFinalists(finalists))
        .report(ReportSettings.NONE);
  }

  private void run(
      LocalSweep sweep,
      long seed,
      String kind,
      String threshold,
      String strategy,
      Uniform uniform) {
    PerTensorSettings own =
        PerTensorSettings.DEFAULT.toBuilder()
            .rules(new OptionRules(bits, true, true, kind.equals("calibrated"), new TreeMap<>()))
            .strategy(strategy(strategy))
            .search(strategy(strategy).searched(PlanSearchSettings.DEFAULT))
            .sensitivitySamples(sensitivitySamples)
            .build();
    // What rows share comes first, so that no row pays for another one.
    PhaseClock shared = new PhaseClock();
    SweepResult first =
        sweep
            .run(settings(seed, threshold).perTensor(own).maxEvaluations(1).build(), shared)
            .result();
    double measuring = shared.seconds("sensitivities");
    long found = first.certificate().options() - (long) first.certificate().weightTensors();
    if (measuring > 1) {
      double each = measuring * 1e3 * threads / (found * (double) sensitivitySamples);
      line(
          String.format(
              Locale.ROOT,
              "# sensitivities: %d weight tensors, %d options on %d samples, %.2f ms each, opening"
                  + " counted; a whole candidate %.2f ms: ratio %.2f",
              first.certificate().weightTensors(),
              found,
              sensitivitySamples,
              each,
              uniform.inferenceMilliseconds(),
              each / uniform.inferenceMilliseconds()));
    }
    LocalSweep.Outcome outcome =
        sweep.run(settings(seed, threshold).perTensor(own).build(), SearchListener.SILENT);
    SweepResult result = outcome.result();
    long bytes = result.selected() == null ? given.size().bytes() : result.selected().encodedSize();
    long bestBytes = uniform.best().encodedSize();
    long confirmedBytes = uniform.confirmed().encodedSize();
    rows.add(new Row(seed, kind, threshold, strategy, bytes, bestBytes, confirmedBytes));
    SweepResult.Row smallest = result.certificate().smallest();
    SweepResult.Agreement selection =
        smallest == null ? result.bestUniform().agreement() : smallest.agreement();
    line(
        String.format(
            Locale.ROOT,
            "%d,%s,%s,%s,%d,%.3f,%s %d,%.3f,%s %d,%d,%s,%s,%d,%d,%.1f (options and sensitivities"
                + " %.1f),%d,%d,%d,%s",
            seed,
            kind,
            threshold,
            strategy,
            bytes,
            (double) bytes / bestBytes,
            uniform.best().scheme(),
            bestBytes,
            (double) bytes / confirmedBytes,
            uniform.confirmed().scheme(),
            confirmedBytes,
            smallest == null ? bestBytes : smallest.encodedSize(),
            selection.agreeing() + "/" + selection.samples(),
            confirmed(result.certificate().confirmation()),
            result.cost().evaluations(),
            result.cost().inferences(),
            result.cost().wallSeconds(),
            shared.seconds("statistics") + shared.seconds("fitting") + measuring,
            result.certificate().weightTensors(),
            result.certificate().options(),
            result.samples().splits().get("selection").samples(),
            schemes(outcome)));
  }

  /** Tensor by tensor, in a short form. */
  private static String schemes(LocalSweep.Outcome outcome) {
    if (outcome.result().selected() == null) {
      return "none";
    }
    return outcome
        .recipe()
        .map(recipe -> String.join(" ", recipe.tensors().values()))
        .orElse(outcome.result().selected().scheme());
  }

  /** Every rung that was tested, as far as it was judged, with a + where it passed. */
  private static String confirmed(Certificate.Confirmed confirmation) {
    List<String> tested = new ArrayList<>();
    for (Certificate.Finalist finalist : confirmation.tested()) {
      String counts =
          finalist.agreement() == null
              ? (finalist.judged() - finalist.disagreeing()) + "/" + finalist.judged()
              : finalist.agreement().agreeing() + "/" + finalist.agreement().samples();
      tested.add(counts + (finalist.passed() ? "+" : "-"));
    }
    return String.join(" ", tested);
  }

  private static Strategy strategy(String text) {
    for (Strategy strategy : Strategy.values()) {
      if (strategy.toString().equals(text)) {
        return strategy;
      }
    }
    throw new IllegalArgumentException("no strategy '" + text + "'.");
  }

  /** For each strategy over the seeds: the ratios, their median, and how many reach 0.75. */
  private void summary() {
    Map<String, List<Row>> groups = new TreeMap<>();
    for (Row row : rows) {
      groups
          .computeIfAbsent(
              row.threshold() + " " + row.options() + " " + row.strategy(),
              key -> new ArrayList<>())
          .add(row);
    }
    groups.forEach(
        (key, found) -> {
          summary(key + ", to the best uniform", found, Row::ratio);
          summary(key + ", to the best confirmed uniform", found, Row::ratioToConfirmed);
        });
  }

  private void summary(String key, List<Row> found, ToDoubleFunction<Row> ratio) {
    double[] sorted = found.stream().mapToDouble(ratio).sorted().toArray();
    line(
        String.format(
            Locale.ROOT,
            "# %s: median ratio %.3f, largest %.3f, at most 0.75 in %d of %d",
            key,
            sorted[sorted.length / 2],
            sorted[sorted.length - 1],
            found.stream().filter(row -> ratio.applyAsDouble(row) <= 0.75).count(),
            found.size()));
  }

  private void line(String text) {
    System.out.println(text);
    if (output != null) {
      try {
        Files.writeString(
            output,
            text + "\n",
            StandardCharsets.UTF_8,
            StandardOpenOption.CREATE,
            StandardOpenOption.APPEND);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
