package org.quantsweep.sample;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.quantsweep.BadInputException;

/**
 * What of some samples cannot be used. Copies count as copies, as they do among those that can.
 *
 * @param size how many samples there are, those that cannot be used included
 * @param count how many of them cannot be used, in [0, size]
 * @param reasons why, in one line for each distinct sample
 */
public record Quarantine(long size, long count, List<String> reasons) {
  /** Stands in a reason where a model takes a sample as several calls, but not as one. */
  public static final String AS_CALLS = "it takes it as calls along the first axis (--steps)";

  /** Stands in a reason where an array is not of a shape that a model takes. */
  public static final String WRONG_SHAPE = "which the model does not take";

  /** How a sample is named that is one place of the first axis of an .npz given alone. */
  private static final Pattern PLACE = Pattern.compile("^[^:]*\\.npz\\[\\d+]: ");

  private static final int SHOWN = 5;
  private static final String STEPS =
      "give --steps, where the first axis of the samples' arrays counts calls.";

  private static final String FOLDER =
      "put the .npz into a folder, where it is one sample: given alone, it is a sample for each"
          + " place of its first axis.";

  /** Copies the list; checks the counts. */
  public Quarantine {
    reasons = List.copyOf(reasons);
    if (count < 0 || count > size) {
      throw new IllegalArgumentException(
          "samples that cannot be used (" + count + ") must be in [0, size = " + size + "].");
    }
  }

  /**
   * Samples that could not even be read: nobody knows their content, so each counts as one.
   *
   * @param reasons in one line for each of them
   */
  public static Quarantine unreadable(List<String> reasons) {
    return new Quarantine(reasons.size(), reasons.size(), reasons);
  }

  /** Samples that were all read. */
  public static Quarantine readable(SampleIndex samples) {
    return new Quarantine(samples.total(), 0, List.of());
  }

  /** Of both; no sample may be in both. */
  public Quarantine plus(Quarantine other) {
    List<String> all = new ArrayList<>(reasons);
    all.addAll(other.reasons);
    return new Quarantine(size + other.size, count + other.count, all);
  }

  /**
   * Refuses samples of which too many cannot be used.
   *
   * @param limit the largest share, in [0, 1]
   * @param where they lie, for messages
   * @param kind what they are called, for example {@code confirmation samples}
   * @throws BadInputException with the first reasons
   */
  public void requireWithin(double limit, String where, String kind) {
    // As the decimal that was written: in doubles 0.29 of 100 is less than 29.
    BigDecimal most = BigDecimal.valueOf(limit).multiply(BigDecimal.valueOf(size));
    if (BigDecimal.valueOf(count).compareTo(most) > 0) {
      throw new BadInputException(
          where
              + ": "
              + count
              + " of "
              + size
              + " "
              + kind
              + " cannot be used, more than the limit of "
              + String.format(Locale.ROOT, "%.1f %%", 100 * limit)
              + ":"
              + lines(reasons)
              + "\nMaybe "
              + likely("mend or remove them, or raise --quarantine-limit."));
    }
  }

  /** What may help where no sample can be used, as a line of its own. */
  public String cure() {
    return "Maybe " + likely("try one of them with quantsweep predict.");
  }

  /** What helps where all reasons are of one kind. */
  private String likely(String otherwise) {
    if (areAll(reason -> reason.contains(AS_CALLS))) {
      return STEPS;
    }
    return areAll(reason -> reason.contains(WRONG_SHAPE) && PLACE.matcher(reason).find())
        ? FOLDER
        : otherwise;
  }

  private boolean areAll(Predicate<String> kind) {
    return !reasons.isEmpty() && reasons.stream().allMatch(kind);
  }

  /** The first reasons, each in a line that is indented. */
  public static String lines(List<String> reasons) {
    StringBuilder lines = new StringBuilder();
    for (String reason : reasons.subList(0, Math.min(SHOWN, reasons.size()))) {
      lines.append("\n  ").append(reason);
    }
    return lines.append(reasons.size() > SHOWN ? "\n  ..." : "").toString();
  }
}
