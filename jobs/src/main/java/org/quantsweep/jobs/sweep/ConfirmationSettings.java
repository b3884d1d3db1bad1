package org.quantsweep.jobs.sweep;

import org.quantsweep.search.AcceptanceRule;

/**
 * When a choice is confirmed.
 *
 * @param confidence in (0, 1), of the answer as a whole
 * @param finalists the most candidates that are tested, at least 1
 */
public record ConfirmationSettings(AcceptanceRule rule, double confidence, int finalists) {
  /** The point rule with three finalists; bounds are at 95 %. */
  public static final ConfirmationSettings DEFAULT =
      new ConfirmationSettings(AcceptanceRule.POINT, 0.95, 3);
}
