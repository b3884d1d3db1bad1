package org.quantsweep.search;

/**
 * What a search over plans will take, before it begins, as far as nothing is known from an earlier
 * one.
 *
 * @param tensors how many weight tensors are chosen for
 * @param options how many options they have at most
 * @param calibrationSamples samples that options are fitted on
 * @param sensitivitySamples samples that each option is run on alone
 * @param selectionSamples samples that plans are judged on
 * @param secondsPerInference of one core
 * @param cores how many run at once
 */
public record SearchEstimate(
    int tensors,
    int options,
    long calibrationSamples,
    long sensitivitySamples,
    long selectionSamples,
    double secondsPerInference,
    int cores) {
  // Rules of thumb for a line of progress; nothing is decided by them.

  /** Of the options, those that no other one beats. */
  private static final double UNBEATEN = 0.65;

  /** A layer and what follows it, against the whole network, over all layers. */
  private static final double SUFFIX = 0.6;

  /** Plans that a search judges, and how much of the samples each takes before it is decided. */
  private static final int PLANS = 60;

  private static final double DECIDED_AFTER = 0.6;

  /** Of the sensitivity pass, in full runs of the model. */
  public long sensitivityInferences() {
    return Math.round(options * UNBEATEN * SUFFIX * sensitivitySamples);
  }

  /** Of plans on selection samples. */
  public long planInferences() {
    return Math.round(PLANS * DECIDED_AFTER * selectionSamples);
  }

  /** In all; fitting and starting not counted. */
  public double seconds() {
    double inferences = calibrationSamples + sensitivityInferences() + (double) planInferences();
    return inferences * secondsPerInference / cores;
  }
}
