package org.quantsweep.job;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.quantsweep.agreement.AgreementThreshold;
import org.quantsweep.search.AcceptanceRule;
import org.quantsweep.search.BehindLadder;
import org.quantsweep.search.Candidate;
import org.quantsweep.search.CandidateEvaluation;
import org.quantsweep.search.CandidateJudge;
import org.quantsweep.search.ClassAgreement;
import org.quantsweep.search.Confirmation;
import org.quantsweep.search.Finalists;
import org.quantsweep.search.PerTensorSearch;
import org.quantsweep.search.PlanOutcome;
import org.quantsweep.search.Rung;
import org.quantsweep.search.SearchBudget;
import org.quantsweep.search.SearchOutcome;
import org.quantsweep.search.Selection;
import org.quantsweep.search.Strategy;
import org.quantsweep.sweep.SweepCost;

/**
 * What a sweep has found. Each phase adds to it by a value of its own.
 *
 * @param uniform the uniform family
 * @param plans what a search over plans found; empty without one
 * @param tested how the ladder did; empty where nothing is confirmed
 * @param selection the answer; none acceptable until one is made
 * @param classes what the answer does on each class; empty where nothing is asked of classes, or
 *     none is acceptable
 * @param compared what other strategies chose on the same selection samples
 */
record SweepFindings(
    SearchOutcome uniform,
    Optional<Plans> plans,
    Optional<Tested> tested,
    Selection selection,
    Optional<Classes> classes,
    List<Compared> compared,
    SweepCost cost) {
  /** Copies the list. */
  SweepFindings {
    compared = List.copyOf(compared);
  }

  /**
   * What another strategy chose.
   *
   * @param choice the smallest that selection accepts, or the most agreeing up to a size; empty
   *     where there is none
   * @param line how many plans it lined up
   * @param evaluations how many plans it asked for
   * @param end what ended it before it was through
   */
  record Compared(
      Strategy strategy,
      Optional<CandidateEvaluation> choice,
      int line,
      int evaluations,
      Optional<SearchBudget.End> end) {}

  /**
   * What the answer does on each class.
   *
   * @param confirmation on the samples that confirm; none where nothing is confirmed
   */
  record Classes(List<ClassAgreement> selection, List<ClassAgreement> confirmation) {
    /** Copies the lists. */
    Classes {
      selection = List.copyOf(selection);
      confirmation = List.copyOf(confirmation);
    }
  }

  /**
   * The search over plans.
   *
   * @param warmStart the plan of an earlier recipe, where it is accepted and smaller than the best
   *     uniform candidate; empty where a largest size was asked for: there it is a plan like others
   */
  record Plans(Optional<CandidateEvaluation> warmStart, PerTensorSearch.Found found) {}

  /**
   * The confirmation.
   *
   * @param ladder every rung, fixed before
   * @param raised what was judged on the selection samples to make the ladder begin higher, or to
   *     be tested behind it
   * @param openings how often these samples were opened, this time included
   */
  record Tested(
      Confirmation confirmation,
      List<Rung> ladder,
      List<CandidateEvaluation> raised,
      int openings) {}

  /** After the uniform family. */
  static SweepFindings of(SearchOutcome uniform) {
    return new SweepFindings(
        uniform,
        Optional.empty(),
        Optional.empty(),
        new Selection.NoneAcceptable(),
        Optional.empty(),
        List.of(),
        SweepCost.NONE);
  }

  SweepFindings with(Plans searched) {
    return new SweepFindings(
        uniform, Optional.of(searched), tested, selection, classes, compared, cost);
  }

  /** With the confirmation, whose answer is the sweep's. */
  SweepFindings with(Tested confirmed) {
    return new SweepFindings(
        uniform,
        plans,
        Optional.of(confirmed),
        Selection.confirmed(confirmed.confirmation()),
        classes,
        compared,
        cost);
  }

  /** With an answer that nothing confirms. */
  SweepFindings with(Selection chosen) {
    return new SweepFindings(uniform, plans, tested, chosen, classes, compared, cost);
  }

  SweepFindings with(Classes counted) {
    return new SweepFindings(
        uniform, plans, tested, selection, Optional.of(counted), compared, cost);
  }

  SweepFindings with(List<Compared> others) {
    return new SweepFindings(uniform, plans, tested, selection, classes, others, cost);
  }

  SweepFindings plus(SweepCost more) {
    return new SweepFindings(uniform, plans, tested, selection, classes, compared, cost.plus(more));
  }

  /** What candidates had to meet on the selection samples; nothing under a largest size. */
  AgreementThreshold threshold() {
    return uniform.threshold();
  }

  Optional<CandidateEvaluation> bestUniform() {
    return uniform.selected();
  }

  /** The plan of an earlier recipe, where it is accepted. */
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
    tested.ifPresent(own -> found.addAll(own.raised()));
    found.forEach(evaluation -> all.put(evaluation.candidate(), evaluation));
    return all;
  }

  /**
   * What is to be confirmed.
   *
   * @param most how many rungs there may be
   * @param warmStart what {@link #warmStart} is or will be
   * @param unseen how many samples confirm
   */
  Finalists finalists(int most, Optional<CandidateEvaluation> warmStart, long unseen) {
    return new Finalists(most, unseen, bestUniform(), warmStart);
  }

  /**
   * The ladder; without a search over plans it holds what is accepted all the same.
   *
   * @param judge over the selection samples
   */
  List<Rung> ladder(int most, long unseen, CandidateJudge judge) {
    return line()
        .map(PlanOutcome::ladder)
        .orElseGet(
            () ->
                finalists(most, warmStart(), unseen)
                    .withoutSearch(threshold(), own -> judge.chanceOfClasses(own, unseen)));
  }

  /**
   * What is tested behind the ladder, where that gives no answer as small.
   *
   * @param judge over the selection samples
   */
  BehindLadder behind(AcceptanceRule rule, long unseen, CandidateJudge judge) {
    return finalists(1, warmStart(), unseen).behind(largerUniform(), rule, judge, threshold());
  }

  /** Of the uniform family, what is larger than the best of it, ascending. */
  List<Candidate> largerUniform() {
    return bestUniform()
        .map(
            best ->
                uniform.evaluations().stream()
                    .map(CandidateEvaluation::candidate)
                    .filter(candidate -> candidate.compareTo(best.candidate()) > 0)
                    .toList())
        .orElse(List.of());
  }

  /** The most agreeing of what fits, where a largest size was asked for. */
  Selection mostAgreeing() {
    return Selection.chosen(
        line()
            .flatMap(PlanOutcome::best)
            .or(this::bestUniform)
            .map(CandidateEvaluation::candidate));
  }

  /** The smallest of what selection accepts: the answer where nothing confirms. */
  Selection smallest() {
    List<Candidate> accepted = new ArrayList<>();
    line().flatMap(PlanOutcome::best).ifPresent(own -> accepted.add(own.candidate()));
    warmStart().ifPresent(own -> accepted.add(own.candidate()));
    bestUniform().ifPresent(own -> accepted.add(own.candidate()));
    return Selection.smallest(accepted);
  }
}
