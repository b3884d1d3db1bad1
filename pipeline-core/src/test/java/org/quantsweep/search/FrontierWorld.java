package org.quantsweep.search;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.function.Function;
import org.quantsweep.agreement.AgreementCounts;
import org.quantsweep.agreement.AgreementThreshold;
import org.quantsweep.artifact.ModelFiles;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.sample.SampleIndex;
import org.quantsweep.sweep.EvaluationKey;
import org.quantsweep.sweep.EvaluationTask;
import org.quantsweep.sweep.Evidence;
import org.quantsweep.sweep.InMemoryEvaluationStore;
import org.quantsweep.sweep.ReferenceEvidence;
import org.quantsweep.sweep.SweepCost;
import org.quantsweep.sweep.SweepRunner;

/** Some samples of a frontier; one that was drawn twice counts twice. */
final class FrontierWorld implements SweepRunner {
  private static final EvaluationKey KEY =
      new EvaluationKey(Sha256Digest.ofText("model"), Sha256Digest.ofText("p"), "top-1");

  final Frontier frontier;
  final SampleIndex samples;
  final CandidateJudge judge;
  long inferences;
  private final int[] places;

  FrontierWorld(Frontier frontier, List<Integer> drawn) {
    this.frontier = frontier;
    samples = SampleIndex.of(drawn.stream().map(frontier.digests::get).toList());
    places = new int[samples.size()];
    for (int rank = 0; rank < places.length; rank++) {
      places[rank] = frontier.places.get(samples.digest(rank));
    }
    judge =
        new CandidateJudge(
            samples,
            KEY,
            new InMemoryEvaluationStore(),
            this,
            candidate -> frontier.entry(candidate).file(),
            SearchBudget.unlimited(),
            SearchListener.SILENT,
            48);
  }

  /** What selection finds on these samples. */
  record Selected(PlanSearch search, Optional<CandidateEvaluation> uniform, PlanOutcome outcome) {}

  /** The search as a sweep does it: the uniform family first. */
  Selected select(AgreementThreshold t, int most, long unseen) {
    Optional<CandidateEvaluation> best = bestUniform(t);
    return select(
        t,
        new Finalists(most, unseen, best, Optional.empty()),
        candidate -> OptionalDouble.of(frontier.entry(candidate).loss()));
  }

  Selected select(
      AgreementThreshold t, Finalists finalists, Function<Candidate, OptionalDouble> uniformLoss) {
    PlanSearch search =
        new PlanSearch(
            judge,
            frontier.catalog,
            frontier.space,
            frontier.measured,
            PlanSearchSettings.DEFAULT,
            SearchBudget.unlimited(),
            uniformLoss);
    return new Selected(search, finalists.uniform(), search.run(Strategy.KNAPSACK, t, finalists));
  }

  /**
   * What a sweep confirms of that.
   *
   * @param t what selection has asked for
   */
  Confirmation confirm(
      Selected selected,
      FrontierWorld unseen,
      AgreementThreshold t,
      AcceptanceRule rule,
      long required,
      int most) {
    long n = unseen.samples.total();
    List<Rung> ladder = ladder(selected, t, most, n);
    BehindLadder behind =
        new Finalists(most, n, selected.uniform(), Optional.empty())
            .behind(larger(selected), rule, judge, t);
    return Confirmation.run(unseen.judge, ladder, behind, required);
  }

  /** The ladder that a sweep makes of that. */
  List<Rung> ladder(Selected selected, AgreementThreshold t, int most, long unseen) {
    List<Rung> rungs = selected.outcome().ladder();
    if (rungs.isEmpty()) {
      return rungs;
    }
    Candidate first = rungs.get(0).candidate();
    return new LadderTop(judge, t, most, unseen)
        .over(rungs, new AgreementCounts(agreeing(first), samples.total()), larger(selected))
        .rungs();
  }

  /** The uniform candidates above the best. */
  private List<Candidate> larger(Selected selected) {
    return frontier.uniform.stream()
        .map(Frontier.Entry::candidate)
        .filter(
            larger ->
                selected.uniform().map(own -> larger.compareTo(own.candidate()) > 0).orElse(false))
        .sorted()
        .toList();
  }

  Optional<CandidateEvaluation> bestUniform(AgreementThreshold t) {
    for (Frontier.Entry entry : frontier.uniform) {
      CandidateEvaluation found = judge.judge(List.of(entry.candidate()), t).get(entry.candidate());
      if (found.verdict().isAccepted()) {
        return Optional.of(found);
      }
    }
    return Optional.empty();
  }

  /** How many of these samples agree. */
  long agreeing(Candidate candidate) {
    BitSet disagreeing = frontier.entry(candidate).disagreeing();
    long agreeing = 0;
    for (int rank = 0; rank < places.length; rank++) {
      agreeing += disagreeing.get(places[rank]) ? 0 : samples.count(rank);
    }
    return agreeing;
  }

  double share(Candidate candidate) {
    return (double) agreeing(candidate) / samples.total();
  }

  @Override
  public ReferenceEvidence runReference() {
    TreeMap<Integer, Double> difficulties = new TreeMap<>();
    for (int rank = 0; rank < places.length; rank++) {
      difficulties.put(rank, (double) places[rank]);
    }
    return ReferenceEvidence.of(difficulties, new TreeMap<>());
  }

  @Override
  public Map<Sha256Digest, Evidence> evaluate(
      List<EvaluationTask> tasks, Map<Sha256Digest, ModelFiles> models) {
    Map<Sha256Digest, BitSet> judged = new HashMap<>();
    Map<Sha256Digest, BitSet> agreed = new HashMap<>();
    for (EvaluationTask task : tasks) {
      for (EvaluationTask.CandidateSamples entry : task.group()) {
        BitSet disagreeing = frontier.entry(entry.candidate()).disagreeing();
        BitSet seen = judged.computeIfAbsent(entry.candidate(), key -> new BitSet());
        BitSet same = agreed.computeIfAbsent(entry.candidate(), key -> new BitSet());
        for (int rank : entry.ranks().toBitSet().stream().toArray()) {
          seen.set(rank);
          same.set(rank, !disagreeing.get(places[rank]));
          inferences++;
        }
      }
    }
    Map<Sha256Digest, Evidence> found = new HashMap<>();
    judged.forEach((file, seen) -> found.put(file, Evidence.of(seen, agreed.get(file))));
    return found;
  }

  @Override
  public SweepCost cost() {
    return SweepCost.NONE;
  }

  @Override
  public void close() {}

  /** So many places, each of equal chance, one after the other: some occur twice. */
  static List<Integer> drawn(java.util.Random random, int of, int count) {
    List<Integer> places = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      places.add(random.nextInt(of));
    }
    return places;
  }
}
