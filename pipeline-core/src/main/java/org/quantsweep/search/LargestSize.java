package org.quantsweep.search;

import java.io.Serializable;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.quantsweep.UsageException;
import org.quantsweep.digest.ByteSize;

/**
 * The most bytes that a model's files may have together, as one writes it: {@code 5MB}. Units are
 * powers of 1000.
 *
 * @param bytes in [1, 10^15]
 */
public record LargestSize(ByteSize bytes) implements Serializable {
  private static final String EXAMPLE = "5MB";
  private static final long MOST = 1_000_000_000_000_000L;
  private static final Pattern NUMBER =
      Pattern.compile("([0-9]{1,15}(?:\\.[0-9]{1,9})?) ?([A-Za-z]{0,3})");

  /** What of a number without a unit is hardly meant as megabytes. */
  private static final BigDecimal MANY = BigDecimal.valueOf(10_000);

  private enum Unit {
    B(0),
    KB(3),
    MB(6),
    GB(9);

    private final int power;

    Unit(int power) {
      this.power = power;
    }

    BigDecimal of(BigDecimal number) {
      return number.scaleByPowerOfTen(power);
    }
  }

  /**
   * Checks the range.
   *
   * @throws UsageException when the size is not in it
   */
  public LargestSize {
    if (bytes.bytes() < 1 || bytes.bytes() > MOST) {
      throw outside(bytes.bytes() + "B");
    }
  }

  /**
   * Reads a size such as {@code 5MB} or {@code 1.25 kB}: a decimal, and B, KB (or kB), MB or GB.
   *
   * @throws UsageException when it is none, no whole number of bytes, or outside of the range
   */
  public static LargestSize parse(String text) {
    Matcher matcher = NUMBER.matcher(text.strip());
    if (!matcher.matches()) {
      throw malformed(text, EXAMPLE);
    }
    BigDecimal number = new BigDecimal(matcher.group(1));
    String written = matcher.group(2);
    Unit unit =
        Arrays.stream(Unit.values())
            .filter(own -> own.name().equals(written.equals("kB") ? "KB" : written))
            .findFirst()
            .orElseThrow(() -> malformed(text, nearest(number, written)));
    BigDecimal bytes = unit.of(number);
    if (bytes.signum() == 0 || bytes.compareTo(BigDecimal.valueOf(MOST)) > 0) {
      throw outside(text);
    }
    if (bytes.stripTrailingZeros().scale() > 0) {
      throw new UsageException(
          "largest size ("
              + text
              + ") must be a whole number of bytes.\nMaybe write "
              + rounded(bytes)
              + ".");
    }
    return new LargestSize(new ByteSize(bytes.longValueExact()));
  }

  private static UsageException malformed(String text, String cure) {
    return new UsageException(
        "largest size ("
            + text
            + ") must be a decimal of at most 15 digits before and 9 behind the point, and one of"
            + " the units B, KB, MB and GB, which are powers of 1000.\nMaybe write "
            + cure
            + ".");
  }

  private static UsageException outside(String text) {
    return new UsageException(
        "largest size (" + text + ") must be in [1B, 1000000GB].\nMaybe write " + EXAMPLE + ".");
  }

  /** The same number with the unit that was meant, which its first letter tells. */
  private static String nearest(BigDecimal number, String written) {
    if (written.isEmpty()) {
      return rounded(number.compareTo(MANY) < 0 ? Unit.MB.of(number) : number);
    }
    return Arrays.stream(Unit.values())
        .filter(own -> written.toUpperCase(Locale.ROOT).startsWith(own.name().substring(0, 1)))
        .findFirst()
        .map(meant -> rounded(meant.of(number)))
        .orElse(EXAMPLE);
  }

  /** Down to a whole number of bytes, within the range. */
  private static String rounded(BigDecimal bytes) {
    long whole =
        bytes
            .min(BigDecimal.valueOf(MOST))
            .max(BigDecimal.ONE)
            .setScale(0, RoundingMode.DOWN)
            .longValueExact();
    return new LargestSize(new ByteSize(whole)).toString();
  }

  /** Whether a file of that size is small enough. */
  boolean allows(Candidate candidate) {
    return candidate.size().compareTo(bytes) <= 0;
  }

  /** Exactly, in the largest unit of which it is at least one. */
  @Override
  public String toString() {
    BigDecimal exact = BigDecimal.valueOf(bytes.bytes());
    Unit unit =
        Arrays.stream(Unit.values())
            .filter(own -> own.of(BigDecimal.ONE).compareTo(exact) <= 0)
            .max(Comparator.naturalOrder())
            .orElseThrow();
    return exact.scaleByPowerOfTen(-unit.power).stripTrailingZeros().toPlainString() + unit;
  }
}
