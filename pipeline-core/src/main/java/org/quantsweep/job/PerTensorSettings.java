package org.quantsweep.job;

import java.util.List;
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
 * @param calibrationSamples on how many samples options are fitted at most, at least 1: the first
 *     by digest
 * @param sensitivitySamples on how many selection samples an option is run alone at most, at least
 *     1
 * @param groupBytes how many bytes of decoded weights an executor holds at once, in native memory;
 *     it changes no outcome
 * @param warmStart a recipe whose plan is tried first
 * @param compared strategies that are run beside the own one, for comparison only; ascending
 */
public record PerTensorSettings(
    OptionRules rules,
    Strategy strategy,
    CalibrationSettings calibration,
    PlanSearchSettings search,
    int calibrationSamples,
    int sensitivitySamples,
    long groupBytes,
    Optional<String> warmStart,
    List<Strategy> compared) {
  /** Sorts the strategies, each once. */
  public PerTensorSettings {
    compared = compared.stream().distinct().sorted().toList();
  }

  /** The usual ones. */
  public static final PerTensorSettings DEFAULT =
      new PerTensorSettings(
          OptionRules.ALL,
          Strategy.KNAPSACK,
          CalibrationSettings.DEFAULT,
          PlanSearchSettings.DEFAULT,
          300,
          128,
          512L << 20,
          Optional.empty(),
          List.of());

  /** These settings, to be changed. */
  public Builder toBuilder() {
    return new Builder(this);
  }

  /** Collects settings by their names. */
  public static final class Builder {
    private OptionRules rules;
    private Strategy strategy;
    private CalibrationSettings calibration;
    private PlanSearchSettings search;
    private int calibrationSamples;
    private int sensitivitySamples;
    private long groupBytes;
    private Optional<String> warmStart;
    private List<Strategy> compared;

    private Builder(PerTensorSettings from) {
      rules = from.rules;
      strategy = from.strategy;
      calibration = from.calibration;
      search = from.search;
      calibrationSamples = from.calibrationSamples;
      sensitivitySamples = from.sensitivitySamples;
      groupBytes = from.groupBytes;
      warmStart = from.warmStart;
      compared = from.compared;
    }

    /** Which options are allowed. */
    public Builder rules(OptionRules value) {
      rules = value;
      return this;
    }

    /** How plans are lined up. */
    public Builder strategy(Strategy value) {
      strategy = value;
      return this;
    }

    /** How options are fitted. */
    public Builder calibration(CalibrationSettings value) {
      calibration = value;
      return this;
    }

    /** How the line is searched. */
    public Builder search(PlanSearchSettings value) {
      search = value;
      return this;
    }

    /** On how many samples options are fitted at most, at least 1. */
    public Builder calibrationSamples(int value) {
      calibrationSamples = value;
      return this;
    }

    /** On how many selection samples an option is run alone at most, at least 1. */
    public Builder sensitivitySamples(int value) {
      sensitivitySamples = value;
      return this;
    }

    /** How many bytes of decoded weights an executor holds at once. */
    public Builder groupBytes(long value) {
      groupBytes = value;
      return this;
    }

    /** A recipe whose plan is tried first. */
    public Builder warmStart(String value) {
      warmStart = Optional.of(value);
      return this;
    }

    /** Strategies that are run beside the own one; they change nothing of the answer. */
    public Builder compared(List<Strategy> value) {
      compared = value;
      return this;
    }

    /** The settings. */
    public PerTensorSettings build() {
      return new PerTensorSettings(
          rules,
          strategy,
          calibration,
          search,
          calibrationSamples,
          sensitivitySamples,
          groupBytes,
          warmStart,
          compared);
    }
  }
}
