package org.quantsweep.search;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
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
   *     asked for only where none below that one is almost sure to pass
   */
  List<Rung> rungs(Collection<Candidate> undecided, Collection<Candidate> larger) {
    List<Rung> rungs = rungs(contenders(undecided));
    boolean sure = !rungs.isEmpty() && isSure(rungs.get(0));
    if (!sure && shares.areKnown() && !larger.isEmpty()) {
      List<Candidate> all = new ArrayList<>(undecided);
      all.addAll(larger);
      List<Rung> higher = rungs(contenders(all));
      if (!higher.isEmpty() && larger.contains(higher.get(0).candidate())) {
        return higher;
      }
    }
    Optional<Rung> uniform = sure ? Optional.empty() : finalists.uniform().map(this::uniform);
    if (Ladder.isLed(uniform, rungs)) {
      rungs.add(0, uniform.get());
    }
    return rungs.subList(0, Math.min(rungs.size(), finalists.most()));
  }

  /** Of contenders, ascending: those that are tested, from the first to the last. */
  private List<Rung> rungs(List<Rung> contenders) {
    List<Rung> rungs = withoutDips(judged(Ladder.of(contenders, finalists.most())));
    raise(rungs, contenders);
    return new ArrayList<>(
        rungs.stream().map(own -> own.times(judge.chanceOfClasses(own.candidate()))).toList());
  }

  /** Plans that may be rungs, ascending in size and in share, none below the smallest accepted. */
  private List<Rung> contenders(Collection<Candidate> undecided) {
    TreeSet<Candidate> pool = new TreeSet<>(accepted.keySet());
    if (shares.areKnown() && !accepted.isEmpty()) {
      undecided.stream().filter(plan -> plan.compareTo(accepted.firstKey()) > 0).forEach(pool::add);
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
    return (rung.share() + counted(rung.candidate())) / 2;
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
    return Ladder.chance(estimate(rung), threshold, selection, finalists.unseen())
            * judge.chanceOfClasses(rung.candidate())
        >= Ladder.SURE;
  }
}
