package org.quantsweep.search;

import java.util.List;
import java.util.Optional;

/**
 * What a search over plans found.
 *
 * @param best the smallest accepted plan; empty when none smaller than the incumbent is. Where a
 *     largest size was asked for, the plan that agrees most often; empty where the best uniform
 *     candidate is better
 * @param ladder what is to be confirmed, from the first to the last rung: accepted plans, and the
 *     best uniform candidate where it leads them; empty where nothing is confirmed
 * @param evaluations of every plan that was decided, ascending
 * @param neighbours of these, the smaller neighbours of the best plan, all rejected
 * @param line how many plans the line held
 * @param points plans of the strategy's line, larger ones than the best uniform candidate too,
 *     ascending in bytes; empty where no loss was measured
 */
public record PlanOutcome(
    Optional<CandidateEvaluation> best,
    List<Rung> ladder,
    List<CandidateEvaluation> evaluations,
    List<CandidateEvaluation> neighbours,
    int line,
    List<LinePoint> points) {
  /**
   * A plan of the line.
   *
   * @param bytes of its file
   * @param loss that its options have alone, summed
   */
  public record LinePoint(long bytes, double loss) {}

  /** Copies the lists. */
  public PlanOutcome {
    ladder = List.copyOf(ladder);
    evaluations = List.copyOf(evaluations);
    neighbours = List.copyOf(neighbours);
    points = List.copyOf(points);
  }

  /** Without points. */
  public PlanOutcome(
      Optional<CandidateEvaluation> best,
      List<Rung> ladder,
      List<CandidateEvaluation> evaluations,
      List<CandidateEvaluation> neighbours,
      int line) {
    this(best, ladder, evaluations, neighbours, line, List.of());
  }
}
