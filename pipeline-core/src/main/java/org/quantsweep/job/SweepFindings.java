package org.quantsweep.job;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.quantsweep.agreement.AgreementThreshold;
import org.quantsweep.digest.ByteSize;
import org.quantsweep.search.Candidate;
import org.quantsweep.search.CandidateEvaluation;
import org.quantsweep.search.Confirmation;
import org.quantsweep.search.Finalists;
import org.quantsweep.search.PerTensorSearch;
import org.quantsweep.search.PlanOutcome;
import org.quantsweep.search.SearchOutcome;
import org.quantsweep.search.Selection;
import org.quantsweep.sweep.SweepCost;

/**
 * What a sweep has found. Each phase adds to it by a value of its own.
 *
 * @param uniform the uniform family
 * @param plans what a search over plans found; empty without one
 * @param tested how the finalists did; empty where nothing is confirmed
 * @param selection the answer; none acceptable until one is made
 */
record SweepFindings(
    SearchOutcome uniform,
    Optional<Plans> plans,
    Optional<Tested> tested,
    Selection selection,
    SweepCost cost) {
  /**
   * The search over plans.
   *
   * @param warmStart the plan of an earlier recipe, where it is accepted and smaller than the best
   *     uniform candidate
   */
  record Plans(Optional<CandidateEvaluation> warmStart, PerTensorSearch.Found found) {}

  /**
   * The confirmation.
   *
   * @param finalists how many there were, fixed before
   * @param openings how often these samples were opened, this time included
   */
  record Tested(Confirmation confirmation, int finalists, int openings) {}

  /** After the uniform family. */
  static SweepFindings of(SearchOutcome uniform) {
    return new SweepFindings(
        uniform,
        Optional.empty(),
        Optional.empty(),
        new Selection.NoneAcceptable(),
        SweepCost.NONE);
  }

  SweepFindings with(Plans searched) {
    return new SweepFindings(uniform, Optional.of(searched), tested, selection, cost);
  }

  /** With the confirmation, whose answer is the sweep's. */
  SweepFindings with(Tested confirmed) {
    return new SweepFindings(
        uniform,
        plans,
        Optional.of(confirmed),
        Selection.confirmed(confirmed.confirmation()),
        cost);
  }

  /** With an answer that nothing confirms. */
  SweepFindings with(Selection chosen) {
    return new SweepFindings(uniform, plans, tested, chosen, cost);
  }

  SweepFindings plus(SweepCost more) {
    return new SweepFindings(uniform, plans, tested, selection, cost.plus(more));
  }

  /** What candidates had to meet on the selection samples. */
  AgreementThreshold threshold() {
    return uniform.threshold();
  }

  Optional<CandidateEvaluation> bestUniform() {
    return uniform.selected();
  }

  /** The plan of an earlier recipe, if it is a finalist. */
  Optional<CandidateEvaluation> warmStart() {
    return plans.flatMap(Plans::warmStart);
  }

  /** The search along a line of plans; empty when there was none, or the budget ended before. */
  Optional<PlanOutcome> line() {
    return plans.flatMap(searched -> searched.found().plans());
  }

  /** Every candidate that was looked at, ascending. */
  SortedMap<Candidate, CandidateEvaluation> evaluations() {
    TreeMap<Candidate, CandidateEvaluation> all = new TreeMap<>();
    List<CandidateEvaluation> found = new ArrayList<>(uniform.evaluations());
    warmStart().ifPresent(found::add);
    line().ifPresent(outcome -> found.addAll(outcome.evaluations()));
    found.forEach(evaluation -> all.put(evaluation.candidate(), evaluation));
    return all;
  }

  /**
   * What a search over plans must know to propose finalists.
   *
   * @param most how many finalists there may be
   * @param warmStart what {@link #warmStart} will be
   * @param unseen how many samples confirm
   * @param given the size of the model as given
   */
  Finalists proposals(
      int most, Optional<CandidateEvaluation> warmStart, long unseen, ByteSize given) {
    int taken = (bestUniform().isPresent() ? 1 : 0) + (warmStart.isPresent() ? 1 : 0);
    return new Finalists(
        Math.max(1, most - taken),
        unseen,
        warmStart.or(this::bestUniform).map(CandidateEvaluation::counts),
        given);
  }

  /** Ascending in size; the best uniform candidate is among them, unless only one is asked for. */
  List<Candidate> finalists(int most) {
    Optional<Candidate> best = bestUniform().map(CandidateEvaluation::candidate);
    TreeSet<Candidate> all = new TreeSet<>(PerTensorSearch.finalists(line(), best));
    if (warmStart().isPresent() && all.size() < most) {
      all.add(warmStart().get().candidate());
    }
    List<Candidate> ascending = new ArrayList<>(all);
    return most == 1 && !ascending.isEmpty() ? ascending.subList(0, 1) : ascending;
  }
}
