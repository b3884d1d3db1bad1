package org.quantsweep.search;

import java.math.BigDecimal;
import java.math.RoundingMode;
import org.quantsweep.UsageException;
import org.quantsweep.agreement.AgreementCounts;
import org.quantsweep.agreement.AgreementThreshold;
import org.quantsweep.agreement.Confidence;

/** When a rung of the ladder passes its confirmation. */
public enum AcceptanceRule {
  /** At least ceil(t n) of n samples agree. */
  POINT("point") {
    @Override
    public boolean promisesLevel() {
      return false;
    }

    @Override
    public long required(AgreementThreshold threshold, long n, double confidence) {
      return threshold.required(n);
    }
  },
  /**
   * The one-sided Clopper-Pearson lower bound is at least t, at the full confidence for every rung.
   * Rungs are tested in an order that was fixed before, until one fails. So a wrong answer needs
   * the first wrong rung of that order to pass, and the answer errs as seldom as one rung does
   * (fixed-sequence testing).
   */
  BOUND("bound") {
    @Override
    public boolean promisesLevel() {
      return true;
    }

    @Override
    public long required(AgreementThreshold threshold, long n, double confidence) {
      double t = threshold.share().doubleValue();
      long low = threshold.required(n);
      long high = n + 1;
      while (low < high) {
        long middle = (low + high) / 2;
        if (middle == n + 1 || new AgreementCounts(middle, n).lowerBound(confidence) >= t) {
          high = middle;
        } else {
          low = middle + 1;
        }
      }
      if (low > n && t >= 1) {
        throw new UsageException(
            "agreement threshold ("
                + threshold
                + ") cannot be confirmed by a bound: that of finitely many samples is below 1.\n"
                + "Maybe ask for less than 1, or use --acceptance point.");
      }
      if (low > n) {
        throw new UsageException(
            "agreement threshold ("
                + threshold
                + ") cannot be confirmed at "
                + Confidence.percent(confidence)
                + " % on "
                + n
                + " samples, even if all of them agree: it takes "
                + least(t, confidence)
                + ".\nMaybe give more samples, or use --acceptance point.");
      }
      return low;
    }
  };

  private final String text;

  AcceptanceRule(String text) {
    this.text = text;
  }

  /**
   * How many of n samples must agree.
   *
   * @param confidence of the answer, in (0, 1); only for bounds
   * @throws UsageException when even n of n are too few
   */
  public abstract long required(AgreementThreshold threshold, long n, double confidence);

  /** Whether the share of wrong answers is bounded, which a second try would cost. */
  public abstract boolean promisesLevel();

  /**
   * What a candidate must meet on other samples for it to be worth confirming: the share that
   * confirmation requires, rounded up to six decimals, and at least the threshold itself.
   */
  public AgreementThreshold forSelection(
      AgreementThreshold threshold, long confirmation, double confidence) {
    if (this == POINT || confirmation == 0) {
      return threshold;
    }
    BigDecimal share =
        BigDecimal.valueOf(required(threshold, confirmation, confidence))
            .divide(BigDecimal.valueOf(confirmation), 6, RoundingMode.FLOOR);
    return new AgreementThreshold(share.max(threshold.share()));
  }

  /** The least n with no disagreement whose bound is at least t: t^n is at most the error. */
  private static long least(double t, double confidence) {
    return (long) Math.ceil(Math.log(1 - confidence) / Math.log(t));
  }

  @Override
  public String toString() {
    return text;
  }
}
