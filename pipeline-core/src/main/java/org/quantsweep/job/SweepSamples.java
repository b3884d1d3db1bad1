package org.quantsweep.job;

import java.math.BigDecimal;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.quantsweep.BadInputException;
import org.quantsweep.sample.Quarantine;
import org.quantsweep.sample.SampleIndex;
import org.quantsweep.sample.SampleSplits;
import org.quantsweep.sample.SplitSizes;

/**
 * The samples of a sweep: opened, split, and trimmed where sets overlap.
 *
 * @param all the whole main set
 * @param given the sets that were opened, before they were split, trimmed and capped
 * @param trimmed how many samples were taken out of one part because another one holds them
 */
public record SweepSamples(
    SampleIndex all,
    Map<SampleSet, Given> given,
    SamplePart calibration,
    SamplePart selection,
    SamplePart confirmation,
    long trimmed) {
  /** Copies the map. */
  public SweepSamples {
    given = Map.copyOf(given);
  }

  /**
   * A set as it was found.
   *
   * @param readable how many samples could be read, copies counted
   * @param unreadable path and reason of each that could not
   */
  public record Given(long readable, List<String> unreadable) {
    /** Copies the list. */
    public Given {
      unreadable = List.copyOf(unreadable);
    }

    /** How many samples there are; what could not be read counts. */
    long size() {
      return readable + unreadable.size();
    }
  }

  /**
   * Opens the sets that are asked for.
   *
   * @throws BadInputException when a set holds no samples or too many that cannot be read, or when
   *     a part that is asked for is empty
   */
  static SweepSamples open(SweepSettings settings, SampleSets sets) {
    SplitSettings splits = settings.splits();
    Map<SampleSet, Given> given = new EnumMap<>(SampleSet.class);
    SampleIndex main = open(SampleSet.MAIN, settings, sets, given);
    SplitSizes sizes = sizes(settings);
    SampleSplits parts = SampleSplits.of(main, sizes, splits.seed());
    long before = 0;
    long after = 0;
    SamplePart confirmation = new SamplePart(SampleSet.MAIN, parts.confirmation());
    SampleIndex selected = parts.selection();
    if (!splits.confirmation().isEmpty()) {
      SampleIndex own = open(SampleSet.CONFIRMATION, settings, sets, given);
      confirmation = new SamplePart(SampleSet.CONFIRMATION, own);
      before += selected.total();
      selected = SampleSplits.without(selected, own);
      after += selected.total();
    }
    SamplePart calibration = new SamplePart(SampleSet.MAIN, parts.calibration());
    if (!splits.calibration().isEmpty()) {
      SampleIndex own = open(SampleSet.CALIBRATION, settings, sets, given);
      calibration = new SamplePart(SampleSet.CALIBRATION, own);
    }
    before += calibration.index().total();
    SampleIndex calibrated =
        SampleSplits.without(calibration.index(), selected, confirmation.index());
    after += calibrated.total();
    if (selected.size() == 0) {
      throw new BadInputException(
          settings.samples().get(0)
              + ": no sample is left to select on: all "
              + main.total()
              + " are in the confirmation set too.\nMaybe give other samples.");
    }
    boolean confirms = !splits.confirmation().isEmpty() || sizes.confirmation().signum() > 0;
    if (confirms && confirmation.isEmpty()) {
      throw empty(settings, "confirm on", SampleRole.CONFIRMATION, main, "another --splits");
    }
    boolean calibrates = !splits.calibration().isEmpty() || sizes.calibration().signum() > 0;
    if (calibrates && calibration.isEmpty()) {
      throw empty(
          settings,
          "calibrate on",
          SampleRole.CALIBRATION,
          main,
          "another --splits, or --no-calibration");
    }
    if (calibrated.size() == 0 && !calibration.isEmpty()) {
      throw new BadInputException(
          location(settings, calibration.set())
              + ": no sample is left to calibrate on: all "
              + calibration.index().total()
              + " are among the samples that select or confirm.\nMaybe give others with"
              + " --calibration, or leave it out: then a part of --samples calibrates.");
    }
    return new SweepSamples(
        main,
        given,
        new SamplePart(calibration.set(), capped(calibrated, settings)),
        new SamplePart(SampleSet.MAIN, selected),
        confirmation,
        before - after);
  }

  /** Statistics of a few hundred samples are as good as those of all, and all may be millions. */
  private static SampleIndex capped(SampleIndex calibration, SweepSettings settings) {
    int most =
        settings
            .perTensor()
            .map(PerTensorSettings::calibrationSamples)
            .orElse(PerTensorSettings.DEFAULT.calibrationSamples());
    return capped(calibration, most);
  }

  /** At most so many samples: the first by digest, each once where any is left out. */
  static SampleIndex capped(SampleIndex calibration, int most) {
    return calibration.size() > most ? SampleSplits.first(calibration, most) : calibration;
  }

  private static SampleIndex open(
      SampleSet set, SweepSettings settings, SampleSets sets, Map<SampleSet, Given> given) {
    SampleSets.Opened opened = sets.open(set, locations(settings, set));
    given.put(set, new Given(opened.index().total(), opened.unreadable()));
    // Before any work: what is lost already is known here.
    Quarantine.readable(opened.index())
        .plus(Quarantine.unreadable(opened.unreadable()))
        .requireWithin(settings.quarantineLimit(), location(settings, set), set.samples());
    return opened.index();
  }

  private static BadInputException empty(
      SweepSettings settings, String purpose, SampleRole role, SampleIndex main, String cure) {
    return new BadInputException(
        settings.samples().get(0)
            + ": no sample is left to "
            + purpose
            + ": the "
            + role
            + " part of "
            + main.total()
            + " samples is empty.\nMaybe give more samples, or "
            + cure
            + ".");
  }

  /** What a part is for, and what is in it; empty where nothing is asked of it. */
  SamplePart part(SampleRole role) {
    return switch (role) {
      case SELECTION -> selection;
      case CALIBRATION -> calibration;
      case CONFIRMATION -> confirmation;
    };
  }

  /** What of a set could not be read. */
  Quarantine unreadable(SampleSet set) {
    return Quarantine.unreadable(given.containsKey(set) ? given.get(set).unreadable() : List.of());
  }

  /** Where a set lies, for messages. */
  static String location(SweepSettings settings, SampleSet set) {
    return locations(settings, set).get(0);
  }

  private static List<String> locations(SweepSettings settings, SampleSet set) {
    return switch (set) {
      case MAIN -> settings.samples();
      case CALIBRATION -> settings.splits().calibration();
      case CONFIRMATION -> settings.splits().confirmation();
    };
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
