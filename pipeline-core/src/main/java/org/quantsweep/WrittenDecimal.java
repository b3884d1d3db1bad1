package org.quantsweep;

import java.math.BigDecimal;

/**
 * Decimals that people write, exactly. An exponent such as that of 1e999999999 is a few letters,
 * but nobody could write the number out or add to it: decimals are bounded before they are used.
 */
public final class WrittenDecimal {
  private static final int LONGEST = 64;
  private static final int MOST_WHOLE_DIGITS = 18;
  private static final int MOST_DECIMALS = 64;

  private WrittenDecimal() {}

  /**
   * Reads a decimal below 10^18 with at most 64 decimals.
   *
   * @throws NumberFormatException when it is none, or beyond that
   */
  public static BigDecimal of(String text) {
    if (text.length() > LONGEST) {
      throw new NumberFormatException("a decimal has more than " + LONGEST + " characters.");
    }
    BigDecimal decimal = new BigDecimal(text);
    // Of a huge exponent the difference does not fit an int.
    long whole = (long) decimal.precision() - decimal.scale();
    if (decimal.signum() != 0 && whole > MOST_WHOLE_DIGITS) {
      throw new NumberFormatException("a decimal has " + whole + " digits before the point.");
    }
    if (decimal.scale() > MOST_DECIMALS || decimal.scale() < -MOST_WHOLE_DIGITS) {
      throw new NumberFormatException("a decimal has an exponent of " + -decimal.scale() + ".");
    }
    return decimal;
  }
}
