package org.quantsweep.agreement;

import java.math.BigDecimal;
import java.math.RoundingMode;

/** How the confidence of a bound is written: in percent, as many decimals as it has. */
public final class Confidence {
  private static final int DECIMALS = 4;

  private Confidence() {}

  /**
   * In percent, without a sign: {@code 95}, {@code 98.33}. Of more than four decimals the others
   * are cut off, so that no more is said than holds.
   *
   * @param confidence in (0, 1)
   */
  public static String percent(double confidence) {
    BigDecimal percent = BigDecimal.valueOf(confidence).movePointRight(2);
    BigDecimal cut = percent.setScale(DECIMALS, RoundingMode.DOWN).stripTrailingZeros();
    return cut.toPlainString();
  }
}
