package org.quantsweep.job;

import java.util.List;
import java.util.Optional;
import org.quantsweep.sample.SplitSizes;

/**
 * Which samples do what.
 *
 * @param sizes parts of the main set; empty for the usual ones of the family
 * @param seed of the choice
 * @param calibration sets that options are fitted on; empty to take them from the main set
 * @param confirmation sets that the choice is confirmed on; empty to take them from the main set
 */
public record SplitSettings(
    Optional<SplitSizes> sizes, long seed, List<String> calibration, List<String> confirmation) {
  /** The usual ones. */
  public static final SplitSettings DEFAULT =
      new SplitSettings(Optional.empty(), 0, List.of(), List.of());

  /** Copies the lists. */
  public SplitSettings {
    calibration = List.copyOf(calibration);
    confirmation = List.copyOf(confirmation);
  }

  /** The same with parts of these sizes. */
  public SplitSettings withSizes(SplitSizes value) {
    return new SplitSettings(Optional.of(value), seed, calibration, confirmation);
  }

  /** The same with a choice by this seed. */
  public SplitSettings withSeed(long value) {
    return new SplitSettings(sizes, value, calibration, confirmation);
  }

  /** The same with these sets to fit options on. */
  public SplitSettings withCalibration(List<String> value) {
    return new SplitSettings(sizes, seed, value, confirmation);
  }

  /** The same with these sets to confirm the choice on. */
  public SplitSettings withConfirmation(List<String> value) {
    return new SplitSettings(sizes, seed, calibration, value);
  }
}
