package org.quantsweep.job;

import org.quantsweep.search.AcceptanceRule;

/**
 * When a choice is confirmed.
 *
 * @param confidence in (0, 1), of the answer as a whole
 * @param finalists the most rungs of the ladder, at least 1
 */
public record ConfirmationSettings(AcceptanceRule rule, double confidence, int finalists) {
  /** The point rule with at most 20 rungs; bounds are at 95 %. */
  public static final ConfirmationSettings DEFAULT =
      new ConfirmationSettings(AcceptanceRule.POINT, 0.95, 20);

  /** The same under this rule. */
  public ConfirmationSettings withRule(AcceptanceRule value) {
    return new ConfirmationSettings(value, confidence, finalists);
  }

  /** The same with bounds at this confidence, in (0, 1). */
  public ConfirmationSettings withConfidence(double value) {
    return new ConfirmationSettings(rule, value, finalists);
  }

  /** The same with at most so many rungs, at least 1. */
  public ConfirmationSettings withFinalists(int value) {
    return new ConfirmationSettings(rule, confidence, value);
  }
}
