package org.quantsweep.search;

import java.util.List;
import java.util.Optional;

/**
 * What a search over plans found.
 *
 * @param best the smallest accepted plan; empty when none smaller than the incumbent is
 * @param proposals accepted plans that are worth confirming, ascending
 * @param evaluations of every plan that was decided, ascending
 * @param neighbours of these, the smaller neighbours of the best plan, all rejected
 * @param line how many plans the line held
 */
public record PlanOutcome(
    Optional<CandidateEvaluation> best,
    List<CandidateEvaluation> proposals,
    List<CandidateEvaluation> evaluations,
    List<CandidateEvaluation> neighbours,
    int line) {
  /** Copies the lists. */
  public PlanOutcome {
    proposals = List.copyOf(proposals);
    evaluations = List.copyOf(evaluations);
    neighbours = List.copyOf(neighbours);
  }
}
