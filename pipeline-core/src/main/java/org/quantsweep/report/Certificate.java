package org.quantsweep.report;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;

/**
 * What was proved of a choice, and how far the search went.
 *
 * @param family what was enumerated, in words
 * @param weightTensors how many were chosen for; 0 for the uniform family
 * @param options how many options they have together
 * @param measured how many of them were run alone; null in results of earlier versions
 * @param predicted how many were not, their losses being foretold from those; null likewise
 * @param logPlans decimal logarithm of the number of plans
 * @param line how many plans the strategy lined up
 * @param strategy by which rule
 * @param evaluations how many candidates were judged
 * @param budget what ended the search before it was through, or null
 * @param smallest the smallest plan that selection accepts, whether or not it was confirmed; null
 *     where there is none, and where a largest size was asked for
 * @param neighbours smaller neighbours of that plan, all judged and rejected: why not smaller
 * @param confirmation how the ladder did; null where nothing was confirmed
 */
public record Certificate(
    String family,
    int weightTensors,
    int options,
    Integer measured,
    Integer predicted,
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
   * The test on samples that the search never saw: down a ladder until a rung fails. In results of
   * {@code schemaVersion} 1 a few finalists were tested from the smallest up until one passed.
   *
   * @param rule {@code point} or {@code bound}; {@link #NO_RULE} where a largest size was asked
   *     for: then the answer alone is judged, and nothing has to be passed
   * @param confidence of the answer
   * @param finalists how many rungs the ladder has, fixed before
   * @param required how many samples must agree; 0 without a rule
   * @param samples n, the denominator; null in results of {@code schemaVersion} 1
   * @param opened how many sweeps have opened these samples for this reference, this one included
   * @param tested the rungs that were tested, in that order
   */
  public record Confirmed(
      String rule,
      double confidence,
      int finalists,
      long required,
      Long samples,
      int opened,
      List<Finalist> tested) {
    /** The rule where there is none. */
    public static final String NO_RULE = "none";

    /** Copies the list. */
    public Confirmed {
      tested = List.copyOf(tested);
    }
  }

  /**
   * A rung that was tested. It ends as soon as its outcome is certain, but for the answer's.
   *
   * @param scheme a uniform scheme, or {@code plan:} and a digest
   * @param chance to pass, as it was estimated before; null in results of {@code schemaVersion} 1,
   *     and where there is no rule
   * @param agreement null unless every sample was judged
   * @param judged how far it was judged otherwise
   * @param disagreeing of those
   * @param missedClasses classes that cannot reach their floor, of what was judged: the farthest
   *     first, and only a few; left out where there is none
   * @param downloadSize bytes of its files, each deflated alone at level 9; left out by earlier
   *     versions
   */
  public record Finalist(
      String scheme,
      long encodedSize,
      Double chance,
      SweepResult.Agreement agreement,
      Long judged,
      Long disagreeing,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) List<String> missedClasses,
      boolean passed,
      @JsonInclude(JsonInclude.Include.NON_NULL) Long downloadSize) {
    /** Copies the list. */
    public Finalist {
      missedClasses = missedClasses == null ? List.of() : List.copyOf(missedClasses);
    }

    /** Where no class missed its floor, and nothing was deflated. */
    public Finalist(
        String scheme,
        long encodedSize,
        Double chance,
        SweepResult.Agreement agreement,
        Long judged,
        Long disagreeing,
        boolean passed) {
      this(scheme, encodedSize, chance, agreement, judged, disagreeing, List.of(), passed, null);
    }
  }
}
