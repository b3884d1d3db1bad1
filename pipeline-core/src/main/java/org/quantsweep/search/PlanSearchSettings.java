package org.quantsweep.search;

import java.io.Serializable;

/**
 * How a line of plans is searched. Nothing here depends on cores, so the outcome does not either.
 *
 * @param plansInFlight how many plans are judged at once, at least 1
 * @param scan how many plans below the smallest accepted one are looked at, at least 0: agreement
 *     along the line is not monotone
 * @param rungs how many plans around the boundary are judged on every sample, at least 0: a curve
 *     through them tells the chances of what is confirmed
 * @param neighbours how many smaller neighbours of the best plan are judged, at least 0
 * @param moves how often the search moves on to a smaller neighbour, at least 0
 */
public record PlanSearchSettings(int plansInFlight, int scan, int rungs, int neighbours, int moves)
    implements Serializable {
  /** The usual ones. */
  public static final PlanSearchSettings DEFAULT = new PlanSearchSettings(2, 4, 12, 12, 4);

  /** A bisection, as the peers' rules do; what is confirmed is chosen as for all others. */
  public static final PlanSearchSettings BISECTION = new PlanSearchSettings(2, 0, 12, 0, 0);

  /** Checks the ranges. */
  public PlanSearchSettings {
    if (plansInFlight < 1 || scan < 0 || rungs < 0 || neighbours < 0 || moves < 0) {
      throw new IllegalArgumentException(
          "plansInFlight ("
              + plansInFlight
              + ") must be at least 1, and scan ("
              + scan
              + "), rungs ("
              + rungs
              + "), neighbours ("
              + neighbours
              + ") and moves ("
              + moves
              + ") at least 0.");
    }
  }
}
