package org.quantsweep.benchmark;

import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.quantsweep.agreement.AgreementThreshold;
import org.quantsweep.agreement.Criteria;
import org.quantsweep.artifact.ModelFiles;
import org.quantsweep.datasets.IngestLimits;
import org.quantsweep.datasets.LocalSamples;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.encode.QuantizationPlan;
import org.quantsweep.quantize.Scheme;
import org.quantsweep.sample.SampleIndex;
import org.quantsweep.sample.SampleSource;
import org.quantsweep.sample.SampleSplits;
import org.quantsweep.sample.SampleSubset;
import org.quantsweep.sample.SplitSizes;
import org.quantsweep.search.AcceptanceRule;
import org.quantsweep.search.Candidate;
import org.quantsweep.search.CandidateEvaluation;
import org.quantsweep.search.CandidateJudge;
import org.quantsweep.search.Confirmation;
import org.quantsweep.search.Finalists;
import org.quantsweep.search.OptionPass;
import org.quantsweep.search.PlanOutcome;
import org.quantsweep.search.PlanSearch;
import org.quantsweep.search.PlanSearchSettings;
import org.quantsweep.search.SearchBudget;
import org.quantsweep.search.SearchSpace;
import org.quantsweep.search.Strategy;
import org.quantsweep.search.Verdict;
import org.quantsweep.sweep.Evidence;
import org.quantsweep.sweep.LocalOptionRunner;
import org.quantsweep.sweep.SweepPlanner;
import org.quantsweep.sweep.SweepRunner;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * The truth where it can be had: every plan of a small network is judged on every sample, so that
 * the smallest plan that meets the threshold is known for any split, and the search's excess over
 * it, on the samples that it selects on and on those that it never sees.
 *
 * <pre>
 * mvn -q -pl jobs,benchmarks -am package -DskipTests
 * benchmarks/optimum.sh --model mnistCNN.mlmodel --samples PICTURES
 * </pre>
 */
@Command(name = "optimum", mixinStandardHelpOptions = true)
public final class OptimumBenchmark implements Callable<Integer> {
  private static final int CHUNK = 32;

  @Option(names = "--model", required = true)
  private Path file;

  @Option(names = "--samples", required = true)
  private Path samples;

  @Option(names = "--most-samples", defaultValue = "2000")
  private int most;

  @Option(names = "--criterion", defaultValue = "top-1")
  private String criterion;

  @Option(names = "--agreement", split = ",", defaultValue = "0.98,0.99")
  private List<String> thresholds;

  @Option(names = "--seeds", split = ",", defaultValue = "0,1,2,3,4,5,6,7,8")
  private List<Long> seeds;

  @Option(
      names = "--schemes",
      split = ",",
      defaultValue = "lut-kmeans:1,lut-kmeans:2,lut-kmeans:3,lut-kmeans:4",
      description = "The options of every weight tensor.")
  private List<String> schemes;

  @Option(names = "--sensitivity-samples", defaultValue = "128")
  private int sensitivitySamples;

  @Option(names = "--finalists", defaultValue = "20", description = "The most rungs.")
  private int finalists;

  @Option(names = "--threads", description = "Default: one for each processor.")
  private int threads = Runtime.getRuntime().availableProcessors();

  /** A plan and the samples of the whole set on which it agrees. */
  private record Judged(Candidate candidate, Evidence evidence) {}

  /** Takes the options above. */
  public static void main(String[] arguments) {
    System.exit(new CommandLine(new OptimumBenchmark()).execute(arguments));
  }

  @Override
  public Integer call() {
    SearchBench bench = new SearchBench(file, Criteria.parse(criterion), threads);
    LocalSamples folder = LocalSamples.read(samples, IngestLimits.DEFAULT);
    SampleSource all = new SampleSubset(folder, SampleSplits.first(folder.index(), most));
    Map<String, List<Double>> excesses = new TreeMap<>();
    try (SweepRunner whole = bench.runner(all);
        LocalOptionRunner sizing = bench.optionRunner(all, all)) {
      SearchSpace space = reduced(bench, bench.pass(sizing, all));
      List<Judged> truth = judgeAll(bench, all, whole, space);
      for (long seed : seeds) {
        SplitSizes sizes =
            new SplitSizes(BigDecimal.ZERO, new BigDecimal("0.5"), new BigDecimal("0.5"));
        SampleSplits splits = SampleSplits.of(all.index(), sizes, seed);
        SampleSource selection = new SampleSubset(all, splits.selection());
        SampleSource unseen = new SampleSubset(all, splits.confirmation());
        SampleSource alone =
            new SampleSubset(selection, SampleSplits.first(splits.selection(), sensitivitySamples));
        try (LocalOptionRunner options = bench.optionRunner(alone, alone);
            SweepRunner selecting = bench.runner(selection);
            SweepRunner confirming = bench.runner(unseen)) {
          OptionPass pass = bench.pass(options, alone);
          for (String text : thresholds) {
            AgreementThreshold t = AgreementThreshold.parse(text);
            OptionPass.Measured measured = pass.sensitivities(space, alone.index().total(), t);
            CandidateJudge judge = bench.judge(selection, selecting);
            CandidateEvaluation uniform = bestUniform(bench, space, judge, t);
            PlanOutcome found =
                new PlanSearch(
                        judge,
                        bench.plans,
                        measured.space(),
                        measured.sensitivities(),
                        PlanSearchSettings.DEFAULT,
                        SearchBudget.unlimited(),
                        none -> OptionalDouble.empty())
                    .run(
                        Strategy.KNAPSACK,
                        t,
                        new Finalists(
                            finalists,
                            splits.confirmation().total(),
                            Optional.of(uniform),
                            Optional.empty()));
            Candidate selected = found.best().orElse(uniform).candidate();
            Confirmation confirmation =
                Confirmation.run(
                    bench.judge(unseen, confirming),
                    found.ladder(),
                    new Finalists(
                            finalists,
                            splits.confirmation().total(),
                            Optional.of(uniform),
                            Optional.empty())
                        .behind(larger(bench, space, uniform), AcceptanceRule.POINT, judge, t),
                    t.required(splits.confirmation().total()));
            Candidate best = optimum(truth, all.index(), List.of(splits.selection()), t);
            Candidate bestUnseen = optimum(truth, all.index(), List.of(splits.confirmation()), t);
            Candidate bestOfBoth =
                optimum(truth, all.index(), List.of(splits.selection(), splits.confirmation()), t);
            double onSelection = excess(selected, best);
            String confirmed = "none";
            excesses
                .computeIfAbsent(text + " selection", key -> new ArrayList<>())
                .add(onSelection);
            if (confirmation.answer().isPresent()) {
              Candidate passed = confirmation.answer().get().candidate();
              double excess = excess(passed, bestUnseen);
              double ofBoth = excess(passed, bestOfBoth);
              confirmed =
                  String.format(Locale.ROOT, "%+.2f %% (%+.2f %%)", 100 * excess, 100 * ofBoth);
              excesses.computeIfAbsent(text + " unseen", key -> new ArrayList<>()).add(excess);
              excesses.computeIfAbsent(text + " both", key -> new ArrayList<>()).add(ofBoth);
            }
            System.out.printf(
                Locale.ROOT,
                "seed %d, %s: found %d, optimum %d (%+.2f %%); confirmed over the optimum of the"
                    + " unseen samples (of both parts) %s; %d plans judged of %d%n",
                seed,
                text,
                selected.encodedSize().bytes(),
                best.encodedSize().bytes(),
                100 * onSelection,
                confirmed,
                judge.judged().size(),
                truth.size());
          }
        }
      }
    }
    excesses.forEach(
        (key, values) -> {
          List<Double> sorted = values.stream().sorted().toList();
          System.out.printf(
              Locale.ROOT,
              "%s: median excess %.2f %%, largest %.2f %%, of %d splits%n",
              key,
              100 * sorted.get(sorted.size() / 2),
              100 * sorted.get(sorted.size() - 1),
              sorted.size());
        });
    return 0;
  }

  /** The smallest accepted plan of one scheme for all; these are few. */
  private static CandidateEvaluation bestUniform(
      SearchBench bench, SearchSpace space, CandidateJudge judge, AgreementThreshold t) {
    for (QuantizationPlan plan : space.uniform()) {
      Candidate candidate = bench.plans.add(plan);
      CandidateEvaluation evaluation = judge.judge(List.of(candidate), t).get(candidate);
      if (evaluation.verdict() == Verdict.ACCEPTED) {
        return evaluation;
      }
    }
    throw new IllegalStateException("no scheme for all weight tensors is accepted.");
  }

  private static List<Candidate> larger(
      SearchBench bench, SearchSpace space, CandidateEvaluation uniform) {
    return space.uniform().stream()
        .map(bench.plans::add)
        .filter(candidate -> candidate.compareTo(uniform.candidate()) > 0)
        .sorted()
        .toList();
  }

  private SearchSpace reduced(SearchBench bench, OptionPass pass) {
    List<Scheme> wanted = schemes.stream().map(Scheme::parse).toList();
    SearchSpace space =
        pass.space(
            bench.tensors, Set.of(), SearchBench.rules(Set.of(1, 2, 3, 4, 5, 6, 7, 8), false));
    TreeMap<String, List<SearchSpace.SizedOption>> kept = new TreeMap<>();
    space
        .tensors()
        .forEach(
            (tensor, options) ->
                kept.put(
                    tensor,
                    options.stream().filter(option -> wanted.contains(option.scheme())).toList()));
    return new SearchSpace(kept);
  }

  private static List<Judged> judgeAll(
      SearchBench bench, SampleSource all, SweepRunner whole, SearchSpace space) {
    List<Candidate> plans = new ArrayList<>();
    plans(space, List.copyOf(space.tensors().keySet()), new TreeMap<>(), bench, plans);
    plans.sort(null);
    BitSet ranks = whole.runReference().answered();
    List<Judged> truth = new ArrayList<>();
    long started = System.nanoTime();
    for (int at = 0; at < plans.size(); at += CHUNK) {
      List<Candidate> chunk = plans.subList(at, Math.min(plans.size(), at + CHUNK));
      Map<Sha256Digest, ModelFiles> models = new HashMap<>();
      Map<Sha256Digest, BitSet> wave = new HashMap<>();
      List<Sha256Digest> digests = new ArrayList<>();
      for (Candidate candidate : chunk) {
        ModelFiles model = bench.encode(candidate);
        models.put(model.digest(), model);
        wave.put(model.digest(), ranks);
        digests.add(model.digest());
      }
      Map<Sha256Digest, Evidence> found =
          whole.evaluate(SweepPlanner.tasks(all.index(), wave), models);
      for (int i = 0; i < chunk.size(); i++) {
        truth.add(new Judged(chunk.get(i), found.get(digests.get(i))));
      }
    }
    System.out.printf(
        Locale.ROOT,
        "%d plans of %d weight tensors judged on %d samples in %.0f s%n",
        plans.size(),
        space.tensors().size(),
        ranks.size(),
        (System.nanoTime() - started) * 1e-9);
    return truth;
  }

  private static void plans(
      SearchSpace space,
      List<String> tensors,
      Map<String, Scheme> begun,
      SearchBench bench,
      List<Candidate> plans) {
    if (begun.size() == tensors.size()) {
      plans.add(bench.plans.add(new QuantizationPlan(new TreeMap<>(begun))));
      return;
    }
    String tensor = tensors.get(begun.size());
    for (SearchSpace.SizedOption option : space.tensors().get(tensor)) {
      begun.put(tensor, option.scheme());
      plans(space, tensors, begun, bench, plans);
      begun.remove(tensor);
    }
  }

  /** The smallest plan that meets the threshold on each of some parts of the samples. */
  private static Candidate optimum(
      List<Judged> truth, SampleIndex all, List<SampleIndex> parts, AgreementThreshold t) {
    for (Judged judged : truth) {
      if (parts.stream().allMatch(part -> meets(judged, all, part, t))) {
        return judged.candidate();
      }
    }
    throw new IllegalStateException("no plan meets " + t + ": allow wider options.");
  }

  private static boolean meets(
      Judged judged, SampleIndex all, SampleIndex part, AgreementThreshold t) {
    long agreeing = 0;
    for (int rank = 0; rank < part.size(); rank++) {
      boolean agrees = judged.evidence().isAgreed(all.rank(part.digest(rank)));
      agreeing += agrees ? part.count(rank) : 0;
    }
    return agreeing >= t.required(part.total());
  }

  private static double excess(Candidate found, Candidate best) {
    return (double) found.encodedSize().bytes() / best.encodedSize().bytes() - 1;
  }
}
