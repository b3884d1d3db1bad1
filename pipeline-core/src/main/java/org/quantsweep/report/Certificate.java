package org.quantsweep.report;

import java.util.List;

/**
 * What was proved of a choice, and how far the search went.
 *
 * @param family what was enumerated, in words
 * @param weightTensors how many were chosen for; 0 for the uniform family
 * @param options how many options they have together
 * @param logPlans decimal logarithm of the number of plans
 * @param line how many plans the strategy lined up
 * @param strategy by which rule
 * @param evaluations how many candidates were judged
 * @param budget what ended the search before it was through, or null
 * @param smallest the smallest plan that selection accepts, whether or not it was confirmed; null
 *     where there is none
 * @param neighbours smaller neighbours of that plan, all judged and rejected: why not smaller
 * @param confirmation how the finalists did; null where nothing was confirmed
 */
public record Certificate(
    String family,
    int weightTensors,
    int options,
    double logPlans,
    int line,
    String strategy,
    int evaluations,
    String budget,
    SweepResult.Row smallest,
    List<SweepResult.Row> neighbours,
    Confirmed confirmation) {
  /** Copies the list. */
  public Certificate {
    neighbours = List.copyOf(neighbours);
  }

  /**
   * The test on samples that the search never saw.
   *
   * @param rule {@code point} or {@code bound}
   * @param confidence of the answer as a whole
   * @param finalists how many there were, fixed before
   * @param required how many samples must agree
   * @param opened how many sweeps have opened these samples for this reference, this one included
   */
  public record Confirmed(
      String rule,
      double confidence,
      int finalists,
      long required,
      int opened,
      List<Finalist> tested) {
    /** Copies the list. */
    public Confirmed {
      tested = List.copyOf(tested);
    }
  }

  /**
   * A finalist that was tested.
   *
   * @param scheme a uniform scheme, or {@code plan:} and a digest
   */
  public record Finalist(
      String scheme, long encodedSize, SweepResult.Agreement agreement, boolean passed) {}
}
