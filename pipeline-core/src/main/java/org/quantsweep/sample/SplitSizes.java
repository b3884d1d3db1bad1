package org.quantsweep.sample;

import java.io.Serializable;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.quantsweep.NearestName;
import org.quantsweep.UsageException;
import org.quantsweep.WrittenDecimal;

/**
 * How large the parts of a sample set are: each a share in [0, 1), or a count of samples of at
 * least 1; 0 for none.
 */
public record SplitSizes(BigDecimal calibration, BigDecimal selection, BigDecimal confirmation)
    implements Serializable {
  /** A fifth calibrates, two fifths select, two fifths confirm. */
  public static final SplitSizes DEFAULT =
      new SplitSizes(new BigDecimal("0.2"), new BigDecimal("0.4"), new BigDecimal("0.4"));

  /** Everything selects. */
  public static final SplitSizes SELECTION_ONLY =
      new SplitSizes(BigDecimal.ZERO, BigDecimal.ONE, BigDecimal.ZERO);

  private static final List<String> NAMES = List.of("calibration", "selection", "confirmation");

  /**
   * Checks the ranges.
   *
   * @throws UsageException when a size is negative, or a count is no whole number
   */
  public SplitSizes {
    for (BigDecimal size : List.of(calibration, selection, confirmation)) {
      boolean share = size.signum() >= 0 && size.compareTo(BigDecimal.ONE) < 0;
      boolean count = size.signum() > 0 && size.stripTrailingZeros().scale() <= 0;
      if (!share && !count) {
        throw new UsageException(
            "split size ("
                + size
                + ") must be a share in [0, 1) or a whole number of samples.\n"
                + "Maybe write calibration=0.2,selection=0.4,confirmation=0.4.");
      }
    }
  }

  /**
   * Reads {@code calibration=0.2,selection=0.4,confirmation=0.4}; counts work too; what is left out
   * is 0.
   *
   * @throws UsageException saying all that is wrong
   */
  public static SplitSizes parse(String text) {
    Map<String, BigDecimal> sizes = new LinkedHashMap<>();
    List<String> problems = new ArrayList<>();
    for (String part : text.split(",", -1)) {
      String[] pair = part.strip().split("=", 2);
      if (!NAMES.contains(pair[0]) || pair.length == 1) {
        problems.add(
            "split ("
                + part.strip()
                + ") must be NAME=SIZE with a name of "
                + String.join(", ", NAMES)
                + ".\nMaybe write "
                + NearestName.of(pair[0], NAMES)
                + "=0.4.");
        continue;
      }
      try {
        if (sizes.put(pair[0], WrittenDecimal.of(pair[1])) != null) {
          problems.add("split (" + pair[0] + ") is given twice.\nMaybe leave one out.");
        }
      } catch (NumberFormatException e) {
        problems.add(
            "split (" + part.strip() + ") has no number.\nMaybe write " + pair[0] + "=0.4.");
      }
    }
    if (!problems.isEmpty()) {
      throw new UsageException(String.join("\n", problems));
    }
    return new SplitSizes(
        sizes.getOrDefault("calibration", BigDecimal.ZERO),
        sizes.getOrDefault("selection", BigDecimal.ZERO),
        sizes.getOrDefault("confirmation", BigDecimal.ZERO));
  }

  /** How many of n samples a size stands for. */
  static long count(BigDecimal size, long samples) {
    return size.compareTo(BigDecimal.ONE) < 0
        ? size.multiply(BigDecimal.valueOf(samples)).setScale(0, RoundingMode.HALF_UP).longValue()
        : size.longValueExact();
  }

  @Override
  public String toString() {
    return "calibration="
        + calibration.toPlainString()
        + ",selection="
        + selection.toPlainString()
        + ",confirmation="
        + confirmation.toPlainString();
  }
}
