package org.quantsweep.benchmark;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.function.ToDoubleFunction;
import org.quantsweep.agreement.AgreementThreshold;
import org.quantsweep.agreement.Criteria;
import org.quantsweep.datasets.IngestLimits;
import org.quantsweep.datasets.LocalSamples;
import org.quantsweep.sample.SampleSource;
import org.quantsweep.sample.SampleSplits;
import org.quantsweep.sample.SplitSizes;
import org.quantsweep.search.AcceptanceRule;
import org.quantsweep.search.Candidate;
import org.quantsweep.search.CandidateEvaluation;
import org.quantsweep.search.CandidateJudge;
import org.quantsweep.search.Confirmation;
import org.quantsweep.search.Finalists;
import org.quantsweep.search.OptionPass;
import org.quantsweep.search.PerTensorSearch;
import org.quantsweep.search.PlanOutcome;
import org.quantsweep.search.PlanSearchSettings;
import org.quantsweep.search.SearchBudget;
import org.quantsweep.search.SearchSpace;
import org.quantsweep.search.Strategy;
import org.quantsweep.sweep.LocalOptionRunner;
import org.quantsweep.sweep.SweepRunner;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Every strategy on the same model, splits and evaluator, data-free and calibrated, for several
 * thresholds and seeds of the split. The peers' rules end with a bisection; the knapsacks go on
 * with a scan and with neighbours. Evaluations, inferences and seconds of a row are its own:
 * nothing is taken from another row but the fitted options and the sensitivities, which are told
 * apart.
 *
 * <pre>
 * mvn -q -pl jobs -am package -DskipTests
 * benchmarks/strategies.sh --model MODEL.mlmodel --samples PICTURES --calibration PICTURES
 * </pre>
 */
@Command(name = "strategies", mixinStandardHelpOptions = true)
public final class StrategyBenchmark implements Callable<Integer> {
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

  @Option(names = "--finalists", defaultValue = "3", description = "With the best uniform one.")
  private int finalists;

  @Option(names = "--threads", description = "Default: one for each processor.")
  private int threads = Runtime.getRuntime().availableProcessors();

  @Option(names = "--output", description = "Rows are added to this file, separated by commas.")
  private Path output;

  private SearchBench bench;
  private final List<Row> rows = new ArrayList<>();
  private final Set<String> measured = new HashSet<>();
  private final Map<String, Candidate> bestConfirmed = new TreeMap<>();

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

  private record Parts(
      SampleSource calibration, SampleSource selection, SampleSource confirmation) {}

  /** Takes the options above. */
  public static void main(String[] arguments) {
    System.exit(new CommandLine(new StrategyBenchmark()).execute(arguments));
  }

  @Override
  public Integer call() {
    bench = new SearchBench(file, Criteria.parse(criterion), threads);
    LocalSamples folder = LocalSamples.read(samples, IngestLimits.DEFAULT);
    SampleSource all = new SampleSubset(folder, SampleSplits.first(folder.index(), most));
    Optional<LocalSamples> own =
        Optional.ofNullable(calibration).map(path -> LocalSamples.read(path, IngestLimits.DEFAULT));
    line(
        "seed,options,agreement,strategy,bytes,ratio to best uniform,best uniform,"
            + "ratio to best confirmed uniform,best confirmed uniform,selected bytes,"
            + "selection,confirmation,evaluations,inferences,seconds,weight tensors,option count,"
            + "selection samples,schemes");
    for (long seed : seeds) {
      Parts parts = split(all, own, seed);
      SampleSource alone =
          new SampleSubset(
              parts.selection(), SampleSplits.first(parts.selection().index(), sensitivitySamples));
      try (LocalOptionRunner runner = bench.optionRunner(parts.calibration(), alone);
          SweepRunner selecting = bench.runner(parts.selection());
          SweepRunner confirming = bench.runner(parts.confirmation())) {
        // Decoding, once: it is nobody's cost.
        selecting.runReference();
        confirming.runReference();
        OptionPass pass = bench.pass(runner, alone);
        for (String kind : options) {
          for (String threshold : thresholds) {
            for (String strategy : strategies) {
              run(seed, kind, threshold, strategy, parts, pass, alone, selecting, confirming);
            }
          }
        }
      }
    }
    summary();
    return 0;
  }

  private static Parts split(SampleSource all, Optional<LocalSamples> own, long seed) {
    SplitSizes sizes =
        own.isPresent()
            ? new SplitSizes(BigDecimal.ZERO, new BigDecimal("0.5"), new BigDecimal("0.5"))
            : SplitSizes.DEFAULT;
    SampleSplits splits = SampleSplits.of(all.index(), sizes, seed);
    return new Parts(
        own.<SampleSource>map(set -> set)
            .orElseGet(() -> new SampleSubset(all, splits.calibration())),
        new SampleSubset(all, splits.selection()),
        new SampleSubset(all, splits.confirmation()));
  }

  private void run(
      long seed,
      String kind,
      String threshold,
      String strategy,
      Parts parts,
      OptionPass pass,
      SampleSource alone,
      SweepRunner selecting,
      SweepRunner confirming) {
    AgreementThreshold t = AgreementThreshold.parse(threshold);
    Strategy lined = strategy(strategy);
    // What rows share comes first, so that no row pays for another one.
    long began = System.nanoTime();
    CandidateJudge free = bench.judge(parts.selection(), selecting);
    CandidateEvaluation best = bench.bestUniform(free, t);
    Candidate confirmedUniform =
        bestConfirmed.computeIfAbsent(
            seed + threshold,
            key -> bench.bestUniform(free, bench.judge(parts.confirmation(), confirming), t));
    boolean calibrated = kind.equals("calibrated");
    Set<String> calibratable = calibrated ? bench.calibratable : Set.of();
    SearchSpace space =
        pass.space(bench.tensors, calibratable, SearchBench.rules(bits, calibrated));
    if (lined != Strategy.UNIFORM && measured.add(seed + kind)) {
      long run = System.nanoTime();
      OptionPass.Measured found = pass.sensitivities(space, alone.index().total(), t);
      double each = (System.nanoTime() - run) * 1e-6 * threads;
      long options = found.sensitivities().size() - (long) bench.tensors.size();
      each /= options * (double) alone.index().total();
      double whole = wholeRun(parts.selection(), selecting, t);
      line(
          String.format(
              Locale.ROOT,
              "# sensitivities: %d weight tensors, %d options on %d samples, %.2f ms each, opening"
                  + " counted; a whole candidate %.2f ms: ratio %.2f",
              bench.tensors.size(),
              options,
              alone.index().total(),
              each,
              whole,
              each / whole));
    }
    double shared = (System.nanoTime() - began) * 1e-9;

    long started = System.nanoTime();
    CandidateJudge judge = bench.judge(parts.selection(), selecting);
    PlanSearchSettings settings =
        strategy.startsWith("knapsack") && !strategy.endsWith("drop")
            ? PlanSearchSettings.DEFAULT
            : PlanSearchSettings.BISECTION;
    PerTensorSearch search =
        new PerTensorSearch(pass, judge, bench.plans, SearchBudget.unlimited(), settings);
    PerTensorSearch.Found found =
        search.run(
            bench.tensors,
            calibratable,
            SearchBench.rules(bits, calibrated),
            alone.index().total(),
            lined,
            t,
            new Finalists(
                this.finalists - 1,
                parts.confirmation().index().total(),
                Optional.of(best.counts()),
                bench.given.size()),
            Optional.of(best.candidate()));
    Optional<PlanOutcome> plans = found.plans();
    List<Candidate> finalists = PerTensorSearch.finalists(plans, Optional.of(best.candidate()));
    CandidateJudge unseen = bench.judge(parts.confirmation(), confirming);
    Confirmation confirmation = Confirmation.run(unseen, finalists, t, AcceptanceRule.POINT, 0.95);
    double seconds = (System.nanoTime() - started) * 1e-9;

    CandidateEvaluation smallest = plans.flatMap(PlanOutcome::best).orElse(best);
    Candidate chosen = confirmation.passed().map(Confirmation.Finalist::candidate).orElse(null);
    long bytes = chosen == null ? bench.given.size().bytes() : chosen.encodedSize().bytes();
    long bestBytes = best.candidate().encodedSize().bytes();
    long confirmedBytes = confirmedUniform.encodedSize().bytes();
    rows.add(new Row(seed, kind, threshold, strategy, bytes, bestBytes, confirmedBytes));
    long inferences = judge.inferences() + unseen.inferences();
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
            best.candidate().scheme(),
            bestBytes,
            (double) bytes / confirmedBytes,
            confirmedUniform.scheme(),
            confirmedBytes,
            smallest.candidate().encodedSize().bytes(),
            counts(smallest),
            confirmed(confirmation),
            judge.judged().size(),
            inferences,
            seconds,
            shared,
            bench.tensors.size(),
            found.space().options().size(),
            parts.selection().index().total(),
            chosen == null ? "none" : bench.describe(chosen)));
  }

  /** Milliseconds of one core for a whole candidate on one sample, its opening counted. */
  private double wholeRun(SampleSource samples, SweepRunner runner, AgreementThreshold t) {
    CandidateJudge judge = bench.judge(samples, runner);
    judge.reference();
    Candidate candidate = bench.uniform().get(0);
    long started = System.nanoTime();
    judge.judgeWhole(List.of(candidate), t);
    return (System.nanoTime() - started) * 1e-6 * threads / samples.index().total();
  }

  private static String counts(CandidateEvaluation evaluation) {
    return evaluation.counts().agreeing() + "/" + evaluation.counts().judged();
  }

  /** Every finalist that was tested, with a + where it passed. */
  private static String confirmed(Confirmation confirmation) {
    List<String> tested = new ArrayList<>();
    for (Confirmation.Finalist finalist : confirmation.tested()) {
      tested.add(
          finalist.counts().agreeing()
              + "/"
              + finalist.counts().judged()
              + (finalist.passed() ? "+" : "-"));
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
