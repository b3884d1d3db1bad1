package org.quantsweep.jobs.sweep;

import java.util.Optional;
import org.quantsweep.calibration.CalibrationSettings;
import org.quantsweep.search.OptionRules;
import org.quantsweep.search.PlanSearchSettings;
import org.quantsweep.search.Strategy;

/**
 * How one option per weight tensor is searched for.
 *
 * @param rules which options are allowed
 * @param strategy how plans are lined up
 * @param calibration how options are fitted
 * @param search how the line is searched
 * @param sensitivitySamples on how many selection samples each option is run alone, at least 1
 * @param groupBytes how many bytes of decoded weights an executor holds at once, in native memory
 * @param addBiases whether layers without a bias get one that calibrated options can correct
 * @param warmStart a recipe whose plan is tried first
 */
public record PerTensorSettings(
    OptionRules rules,
    Strategy strategy,
    CalibrationSettings calibration,
    PlanSearchSettings search,
    int sensitivitySamples,
    long groupBytes,
    boolean addBiases,
    Optional<String> warmStart) {
  /** The usual ones. */
  public static final PerTensorSettings DEFAULT =
      new PerTensorSettings(
          OptionRules.ALL,
          Strategy.KNAPSACK,
          CalibrationSettings.DEFAULT,
          PlanSearchSettings.DEFAULT,
          128,
          512L << 20,
          false,
          Optional.empty());
}
