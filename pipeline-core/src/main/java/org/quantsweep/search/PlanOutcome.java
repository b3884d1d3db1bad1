package org.quantsweep.search;

import java.util.List;
import java.util.Optional;

/**
 * What a search over plans found.
 *
 * @param best the smallest accepted plan; empty when none smaller than the incumbent is
 * @param guarded the smallest plan of the line that is accepted with a margin, when it was asked
 *     for; larger than the best one
 * @param evaluations of every plan that was decided, ascending
 * @param neighbours of these, the smaller neighbours of the best plan, all rejected
 * @param line how many plans the line held
 */
public record PlanOutcome(
    Optional<CandidateEvaluation> best,
    Optional<CandidateEvaluation> guarded,
    List<CandidateEvaluation> evaluations,
    List<CandidateEvaluation> neighbours,
    int line) {
  /** Copies the lists. */
  public PlanOutcome {
    evaluations = List.copyOf(evaluations);
    neighbours = List.copyOf(neighbours);
  }
}
