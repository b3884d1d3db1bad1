package org.quantsweep.job;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.quantsweep.BadInputException;
import org.quantsweep.UsageException;
import org.quantsweep.sample.SampleIndex;
import org.quantsweep.sample.SampleSplits;
import org.quantsweep.sample.SplitSizes;

/**
 * The samples of a sweep: opened, split, and trimmed where sets overlap.
 *
 * @param all the whole main set
 * @param unreadable what of the main set could not be read: path and reason
 * @param trimmed how many samples were taken out of one part because another one holds them
 */
public record SweepSamples(
    SampleIndex all,
    List<String> unreadable,
    SamplePart calibration,
    SamplePart selection,
    SamplePart confirmation,
    long trimmed) {
  /** Copies the list. */
  public SweepSamples {
    unreadable = List.copyOf(unreadable);
  }

  /**
   * Opens the sets that are asked for.
   *
   * @throws BadInputException when a set holds no samples
   * @throws UsageException when none are left to select on
   */
  static SweepSamples open(SweepSettings settings, SampleSets sets) {
    SplitSettings splits = settings.splits();
    SampleSets.Opened main = sets.open(SampleSet.MAIN, settings.samples());
    SampleSplits parts = SampleSplits.of(main.index(), sizes(settings), splits.seed());
    long before = 0;
    long after = 0;
    SamplePart confirmation = new SamplePart(SampleSet.MAIN, parts.confirmation());
    SampleIndex selected = parts.selection();
    if (!splits.confirmation().isEmpty()) {
      SampleIndex own = sets.open(SampleSet.CONFIRMATION, splits.confirmation()).index();
      confirmation = new SamplePart(SampleSet.CONFIRMATION, own);
      before += selected.total();
      selected = SampleSplits.without(selected, own);
      after += selected.total();
    }
    SamplePart calibration = new SamplePart(SampleSet.MAIN, parts.calibration());
    if (!splits.calibration().isEmpty()) {
      SampleIndex own = sets.open(SampleSet.CALIBRATION, splits.calibration()).index();
      calibration = new SamplePart(SampleSet.CALIBRATION, own);
    }
    before += calibration.index().total();
    SampleIndex calibrated =
        SampleSplits.without(calibration.index(), selected, confirmation.index());
    after += calibrated.total();
    if (selected.size() == 0) {
      throw new UsageException(
          "no samples are left to select on: all "
              + main.index().total()
              + " are in the confirmation set too.\nMaybe give other samples.");
    }
    boolean confirms =
        !splits.confirmation().isEmpty() || sizes(settings).confirmation().signum() > 0;
    if (confirms && confirmation.isEmpty()) {
      throw new BadInputException(
          settings.samples().get(0)
              + ": no sample is left to confirm on: the confirmation part of "
              + main.index().total()
              + " samples is empty.\nMaybe give more samples, or another --splits.");
    }
    return new SweepSamples(
        main.index(),
        main.unreadable(),
        new SamplePart(calibration.set(), calibrated),
        new SamplePart(SampleSet.MAIN, selected),
        confirmation,
        before - after);
  }

  /**
   * Refuses a sweep of which too much cannot be used.
   *
   * @param failures reasons, in one line each, why the reference has no answer
   */
  void requireUsable(SweepSettings settings, List<String> failures) {
    long size = all.total() + unreadable.size();
    List<String> reasons = new ArrayList<>(unreadable);
    reasons.addAll(failures);
    if (reasons.size() > settings.quarantineLimit() * size) {
      throw new BadInputException(
          settings.samples().get(0)
              + ": "
              + reasons.size()
              + " of "
              + size
              + " samples cannot be used, more than the limit of "
              + String.format(Locale.ROOT, "%.1f %%", 100 * settings.quarantineLimit())
              + ":\n  "
              + String.join("\n  ", reasons.subList(0, Math.min(5, reasons.size())))
              + (reasons.size() > 5 ? "\n  ..." : "")
              + "\nMaybe mend or remove them, or raise --quarantine-limit.");
    }
  }

  /**
   * Refuses a part of which the reference answers no sample: every rule would be met by nothing.
   *
   * @param role of the part, for messages
   * @param answered how many samples of the part the reference answers, copies counted
   * @param failures reasons, in one line each, why it does not answer the others
   */
  static void requireAnswered(String role, SampleIndex part, long answered, List<String> failures) {
    if (answered == 0) {
      throw new BadInputException(
          "the reference answers none of the "
              + part.total()
              + " "
              + role
              + " samples, so nothing can be judged on them:\n  "
              + String.join("\n  ", failures.subList(0, Math.min(5, failures.size())))
              + (failures.size() > 5 ? "\n  ..." : "")
              + "\nMaybe try one of them with quantsweep predict.");
    }
  }

  /** The parts of the main set: what has a set of its own takes nothing from it. */
  static SplitSizes sizes(SweepSettings settings) {
    SplitSettings splits = settings.splits();
    boolean fits = settings.perTensor().map(own -> own.rules().calibrated()).orElse(false);
    boolean calibrates = fits && splits.calibration().isEmpty();
    boolean confirms = settings.perTensor().isPresent() && splits.confirmation().isEmpty();
    if (splits.sizes().isPresent()) {
      return splits.sizes().get();
    }
    if (calibrates && confirms) {
      return SplitSizes.DEFAULT;
    }
    if (calibrates) {
      return new SplitSizes(new BigDecimal("0.3"), new BigDecimal("0.7"), BigDecimal.ZERO);
    }
    return confirms
        ? new SplitSizes(BigDecimal.ZERO, new BigDecimal("0.5"), new BigDecimal("0.5"))
        : SplitSizes.SELECTION_ONLY;
  }
}
