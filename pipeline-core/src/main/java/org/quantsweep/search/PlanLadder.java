package org.quantsweep.search;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.quantsweep.agreement.AgreementThreshold;

/**
 * Makes the ladder of what a search over plans has found, before the samples that confirm are
 * opened. Its plans are spaced by the curve, and selection accepts every one of them. A plan of the
 * line may agree less often than its neighbours, which the curve does not show but its own counts
 * do: such a plan would end the ladder above better ones.
 */
final class PlanLadder {
  private final Shares shares;
  private final Judge judge;
  private final AgreementThreshold threshold;
  private final Finalists finalists;
  private final long selection;
  private final TreeMap<Candidate, CandidateEvaluation> accepted = new TreeMap<>();

  /** What the curve tells of candidates. */
  interface Shares {
    /** Nothing, where there is no curve. */
    boolean areKnown();

    /** The share of samples that agree under a plan; empty where its loss is not known. */
    OptionalDouble ofPlan(Candidate plan);

    /** That of a uniform candidate. */
    OptionalDouble ofUniform(Candidate uniform);
  }

  /** Decides plans on the selection samples. */
  interface Judge {
    /** Those that the budget does not reach are left out. */
    Collection<CandidateEvaluation> judge(List<Candidate> plans);

    /** The chance that no class of an accepted candidate misses its floor on the unseen samples. */
    default double chanceOfClasses(Candidate accepted) {
      return 1;
    }
  }

  /**
   * A ladder to be made.
   *
   * @param threshold what selection asks for
   * @param selection n, how many samples select
   * @param decided the plans that the search has decided
   */
  PlanLadder(
      Shares shares,
      Judge judge,
      AgreementThreshold threshold,
      Finalists finalists,
      long selection,
      Collection<CandidateEvaluation> decided) {
    this.shares = shares;
    this.judge = judge;
    this.threshold = threshold;
    this.finalists = finalists;
    this.selection = selection;
    finalists.warmStart().ifPresent(own -> accepted.put(own.candidate(), own));
    accept(decided);
  }

  /**
   * The rungs, from the first to the last that is tested.
   *
   * @param undecided plans of the line that the search has not judged
   * @param larger plans of the line that are larger than the best uniform candidate, ascending;
   *     asked for only where neither a smaller plan is almost sure to pass nor, where there is
   *     none, that candidate
   */
  List<Rung> rungs(Collection<Candidate> undecided, Collection<Candidate> larger) {
    List<Rung> rungs = rungs(contenders(below(), undecided));
    if (rungs.isEmpty()) {
      return finalists.uniform().map(own -> alone(uniform(own), larger)).orElse(rungs);
    }
    if (isSure(rungs.get(0))) {
      return rungs;
    }
    List<Rung> higher = higher(undecided, larger);
    if (!higher.isEmpty()) {
      return higher;
    }
    Optional<Rung> uniform = finalists.uniform().map(this::uniform);
    if (Ladder.isLed(uniform, rungs)) {
      rungs.add(0, uniform.get());
    }
    return rungs.subList(0, Math.min(rungs.size(), finalists.most()));
  }

  /**
   * The ladder where selection accepts no plan that is smaller than the uniform candidate: in
   * doubt, it comes behind larger plans that are better.
   */
  private List<Rung> alone(Rung uniform, Collection<Candidate> larger) {
    List<Rung> rungs = new ArrayList<>();
    if (!isUniformSure(uniform)) {
      double estimate = estimate(uniform, countedUniform());
      higher(List.of(), larger).stream()
          .filter(rung -> estimate(rung) >= estimate)
          .limit(finalists.most() - 1L)
          .forEach(rungs::add);
    }
    rungs.add(uniform);
    return rungs;
  }

  /**
   * A ladder that begins above the best uniform candidate; empty where no larger plan is accepted.
   */
  private List<Rung> higher(Collection<Candidate> undecided, Collection<Candidate> larger) {
    if (!shares.areKnown() || larger.isEmpty()) {
      return List.of();
    }
    List<Candidate> all = new ArrayList<>(undecided);
    all.addAll(larger);
    List<Rung> rungs = rungs(contenders(accepted, all));
    return rungs.isEmpty() || isBelowUniform(rungs.get(0).candidate()) ? List.of() : rungs;
  }

  private boolean isBelowUniform(Candidate plan) {
    return finalists.uniform().map(own -> plan.compareTo(own.candidate()) < 0).orElse(true);
  }

  /** Accepted plans that are smaller than the best uniform candidate. */
  private SortedMap<Candidate, CandidateEvaluation> below() {
    return finalists.uniform().isEmpty()
        ? accepted
        : accepted.headMap(finalists.uniform().get().candidate());
  }

  /** Rungs lie above it: the smallest accepted plan, or where none is as small, the uniform one. */
  private Optional<Candidate> least() {
    return below().isEmpty()
        ? finalists.uniform().map(CandidateEvaluation::candidate)
        : Optional.of(below().firstKey());
  }

  /** Of contenders, ascending: those that are tested, from the first to the last. */
  private List<Rung> rungs(List<Rung> contenders) {
    List<Rung> rungs = withoutDips(judged(Ladder.of(contenders, finalists.most())));
    raise(rungs, contenders);
    return new ArrayList<>(
        rungs.stream().map(own -> own.times(judge.chanceOfClasses(own.candidate()))).toList());
  }

  /** Plans that may be rungs, ascending in size and in share. */
  private List<Rung> contenders(
      SortedMap<Candidate, CandidateEvaluation> own, Collection<Candidate> undecided) {
    TreeSet<Candidate> pool = new TreeSet<>(own.keySet());
    Optional<Candidate> least = least();
    if (shares.areKnown() && least.isPresent()) {
      undecided.stream().filter(plan -> plan.compareTo(least.get()) > 0).forEach(pool::add);
    }
    List<Rung> plans = new ArrayList<>();
    double most = 0;
    for (Candidate plan : pool) {
      OptionalDouble share = share(plan);
      // A larger plan of a smaller share is of no use.
      if (share.isPresent() && share.getAsDouble() >= most) {
        plans.add(rung(plan, share.getAsDouble()));
        most = share.getAsDouble();
      }
    }
    return plans;
  }

  /** By the curve; where there is none, by the plan's own counts. */
  private OptionalDouble share(Candidate plan) {
    return shares.areKnown() ? shares.ofPlan(plan) : OptionalDouble.of(counted(plan));
  }

  private double counted(Candidate plan) {
    return accepted.get(plan).counts().share();
  }

  /**
   * Half way between the curve and the plan's own counts. Counts are lifted by luck at the smallest
   * accepted plans; whether a plan is better than smaller ones they tell as well as the curve.
   */
  private double estimate(Rung rung) {
    return estimate(rung, counted(rung.candidate()));
  }

  private static double estimate(Rung rung, double counted) {
    return (rung.share() + counted) / 2;
  }

  private double countedUniform() {
    return finalists.uniform().orElseThrow().counts().share();
  }

  private Rung rung(Candidate candidate, double share) {
    return new Rung(
        candidate, share, Ladder.chance(share, threshold, selection, finalists.unseen()));
  }

  /**
   * The best uniform candidate, by the curve too: it is the smallest of several that was accepted.
   */
  private Rung uniform(CandidateEvaluation evaluation) {
    Candidate candidate = evaluation.candidate();
    if (candidate instanceof Candidate.AsGiven) {
      return Ladder.byCounts(evaluation, threshold, finalists.unseen());
    }
    return rung(candidate, shares.ofUniform(candidate).orElse(evaluation.counts().share()))
        .times(judge.chanceOfClasses(candidate));
  }

  /** Of these, those that selection accepts. */
  private List<Rung> judged(List<Rung> wanted) {
    accept(
        judge.judge(
            wanted.stream()
                .map(Rung::candidate)
                .filter(plan -> !accepted.containsKey(plan))
                .toList()));
    return wanted.stream().filter(rung -> accepted.containsKey(rung.candidate())).toList();
  }

  private void accept(Collection<CandidateEvaluation> found) {
    for (CandidateEvaluation evaluation : found) {
      if (evaluation.verdict() == Verdict.ACCEPTED) {
        accepted.put(evaluation.candidate(), evaluation);
      }
    }
  }

  /** Without rungs that are worse than a smaller one. */
  private List<Rung> withoutDips(List<Rung> rungs) {
    List<Rung> kept = new ArrayList<>();
    double most = 0;
    for (int place = rungs.size() - 1; place >= 0; place--) {
      double estimate = estimate(rungs.get(place));
      if (estimate >= most) {
        kept.add(0, rungs.get(place));
        most = estimate;
      }
    }
    return kept;
  }

  /** Where its own counts leave the first rung in doubt, larger plans come before it. */
  private void raise(List<Rung> rungs, List<Rung> contenders) {
    if (rungs.isEmpty()) {
      return;
    }
    Rung from = rungs.get(0);
    for (int raised = 0; raised < finalists.most() && !isSure(rungs.get(0)); raised++) {
      Optional<Rung> next = Ladder.above(from, contenders);
      if (next.isEmpty()) {
        return;
      }
      from = next.get();
      boolean better = !judged(List.of(from)).isEmpty() && estimate(from) >= estimate(rungs.get(0));
      if (better) {
        rungs.add(0, from);
      }
      if (rungs.size() > finalists.most()) {
        rungs.remove(rungs.size() - 1);
      }
    }
  }

  private boolean isSure(Rung rung) {
    return isSure(rung, counted(rung.candidate()));
  }

  private boolean isUniformSure(Rung rung) {
    return rung.candidate() instanceof Candidate.AsGiven || isSure(rung, countedUniform());
  }

  private boolean isSure(Rung rung, double counted) {
    return Ladder.chance(estimate(rung, counted), threshold, selection, finalists.unseen())
            * judge.chanceOfClasses(rung.candidate())
        >= Ladder.SURE;
  }
}
