package org.quantsweep.search;

/**
 * What a search over plans will take, before it begins, as far as nothing is known from an earlier
 * one.
 *
 * @param tensors how many weight tensors are chosen for
 * @param options how many options they have at most
 * @param fittedWeights weights of the options that are fitted, those of each form counted
 * @param calibrationSamples samples that options are fitted on
 * @param foretells whether most options are foretold, not run
 * @param sensitivitySamples samples that an option is run on alone at most
 * @param selectionSamples samples that plans are judged on
 * @param secondsPerInference of one core
 * @param cores how many run at once
 */
public record SearchEstimate(
    int tensors,
    int options,
    long fittedWeights,
    long calibrationSamples,
    boolean foretells,
    long sensitivitySamples,
    long selectionSamples,
    double secondsPerInference,
    int cores) {
  // Rules of thumb for a line of progress; nothing is decided by them.

  /** Of the options, those that no other one beats. */
  private static final double UNBEATEN = 0.65;

  /** A layer and what follows it, against the whole network, over all layers. */
  private static final double SUFFIX = 0.6;

  /** Options of a weight tensor that are run where the others are foretold. */
  private static final int RUN_EACH = 7;

  /** Samples that these take, where so many are allowed. */
  private static final int USUAL_SAMPLES = 64;

  /** A sample whose layers' inputs are gathered, against one inference. */
  private static final double GATHERING = 3;

  /** One weight of one form that is fitted, in seconds of one core. */
  private static final double FITTING = 2e-6;

  /** Plans that a search judges, and how much of the samples each takes before it is decided. */
  private static final int PLANS = 60;

  private static final double DECIDED_AFTER = 0.6;

  /** Of the sensitivity pass, in full runs of the model. */
  public long sensitivityInferences() {
    double all = options * UNBEATEN * sensitivitySamples;
    double few =
        Math.min(options * UNBEATEN, (double) tensors * RUN_EACH)
            * Math.min(sensitivitySamples, USUAL_SAMPLES);
    return Math.round((foretells ? few : all) * SUFFIX);
  }

  /** Of plans on selection samples. */
  public long planInferences() {
    return Math.round(PLANS * DECIDED_AFTER * selectionSamples);
  }

  /** In all; starting not counted. */
  public double seconds() {
    double inferences = GATHERING * calibrationSamples + sensitivityInferences() + planInferences();
    return (inferences * secondsPerInference + fittedWeights * FITTING) / cores;
  }
}
