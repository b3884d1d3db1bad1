package org.quantsweep.jobs.sweep;

import java.math.BigDecimal;
import java.util.List;
import java.util.Locale;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.SparkSession;
import org.quantsweep.BadInputException;
import org.quantsweep.UsageException;
import org.quantsweep.datasets.IngestLimits;
import org.quantsweep.datasets.QuarantinedSample;
import org.quantsweep.datasets.table.Ingestion;
import org.quantsweep.datasets.table.SampleTable;
import org.quantsweep.datasets.table.ShardSamples;
import org.quantsweep.sample.SampleIndex;
import org.quantsweep.sample.SampleSplits;
import org.quantsweep.sample.SplitSizes;

/** The samples of a sweep: opened, split, and trimmed where sets overlap. */
final class SampleSets {
  private final SweepSettings settings;
  private final SampleTable main;
  private final Part calibration;
  private final Part selection;
  private final Part confirmation;
  private final long trimmed;

  /** A part of a table. */
  record Part(SampleTable table, SampleIndex index) {
    JavaRDD<ShardSamples> shards() {
      return table.shards(index);
    }

    boolean isEmpty() {
      return index.size() == 0;
    }
  }

  /**
   * Opens the sets.
   *
   * @param output where tables go that are made on the way
   * @throws BadInputException when a set holds no samples
   */
  SampleSets(SparkSession spark, SweepSettings settings, OutputFolder output) {
    this.settings = settings;
    Ingestion ingestion =
        new Ingestion(
            spark,
            new IngestLimits(settings.preparation().limits(), IngestLimits.DEFAULT.arrays()));
    SplitSettings splits = settings.splits();
    main = output.writing("samples", path -> ingestion.open(settings.samples(), path));
    SampleSplits parts = SampleSplits.of(main.index(), sizes(settings), splits.seed());
    long before = 0;
    long after = 0;
    SampleTable confirming = main;
    SampleIndex confirmed = parts.confirmation();
    SampleIndex selected = parts.selection();
    if (!splits.confirmation().isEmpty()) {
      confirming =
          output.writing(
              "confirmation-samples", path -> ingestion.open(splits.confirmation(), path));
      confirmed = confirming.index();
      before += selected.total();
      selected = SampleSplits.without(selected, confirmed);
      after += selected.total();
    }
    SampleTable calibrating = main;
    SampleIndex calibrated = parts.calibration();
    if (!splits.calibration().isEmpty()) {
      calibrating =
          output.writing("calibration-samples", path -> ingestion.open(splits.calibration(), path));
      calibrated = calibrating.index();
    }
    before += calibrated.total();
    calibrated = SampleSplits.without(calibrated, selected, confirmed);
    after += calibrated.total();
    trimmed = before - after;
    if (selected.size() == 0) {
      throw new UsageException(
          "no samples are left to select on: all "
              + main.index().total()
              + " are in the confirmation set too.\nMaybe give other samples.");
    }
    calibration = new Part(calibrating, calibrated);
    selection = new Part(main, selected);
    confirmation = new Part(confirming, confirmed);
  }

  Part calibration() {
    return calibration;
  }

  Part selection() {
    return selection;
  }

  Part confirmation() {
    return confirmation;
  }

  /** The whole main set. */
  SampleIndex all() {
    return main.index();
  }

  /** How many samples were taken out of one part because another one holds them. */
  long trimmed() {
    return trimmed;
  }

  /** Files of the main set that could not be read. */
  List<QuarantinedSample> quarantined() {
    return main.quarantined();
  }

  /**
   * Refuses a sweep of which too much cannot be used.
   *
   * @param failures reasons, in one line each, why the reference has no answer
   */
  void requireUsable(List<String> failures) {
    long all = main.index().total() + quarantined().size();
    List<String> reasons =
        new java.util.ArrayList<>(
            quarantined().stream().map(file -> file.path() + ": " + file.reason()).toList());
    reasons.addAll(failures);
    if (reasons.size() > settings.quarantineLimit() * all) {
      throw new BadInputException(
          settings.samples().get(0)
              + ": "
              + reasons.size()
              + " of "
              + all
              + " samples cannot be used, more than the limit of "
              + String.format(Locale.ROOT, "%.1f %%", 100 * settings.quarantineLimit())
              + ":\n  "
              + String.join("\n  ", reasons.subList(0, Math.min(5, reasons.size())))
              + (reasons.size() > 5 ? "\n  ..." : "")
              + "\nMaybe mend or remove them, or raise --quarantine-limit.");
    }
  }

  /** The parts of the main set: what has a set of its own takes nothing from it. */
  private static SplitSizes sizes(SweepSettings settings) {
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
