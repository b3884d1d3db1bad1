package org.quantsweep.search;

import java.util.HashSet;
import java.util.Set;
import org.quantsweep.sweep.FitProgress;

/** Tells how statistics and fits of all groups go on. Called from any thread. */
final class FittingProgress implements FitProgress {
  private static final String STATISTICS = "statistics";
  private static final String FITTING = "fitting";

  private final SearchListener listener;
  private final long weights;
  private final Set<String> begun = new HashSet<>();
  private int groupsLeft;
  private long announced;
  private long ofGroup;
  private long gathered;
  private long fitted;

  /**
   * Of groups that are to be fitted.
   *
   * @param groups how many there are
   * @param weights of all of them, those of each form counted
   */
  FittingProgress(SearchListener listener, int groups, long weights) {
    this.listener = listener;
    this.groupsLeft = groups;
    this.weights = weights;
  }

  /** The next group begins. */
  synchronized void groupBegun() {
    groupsLeft--;
  }

  @Override
  public synchronized void gathering(long samples) {
    announced += samples;
    ofGroup = Math.max(ofGroup, samples);
    if (samples == 0) {
      begin(FITTING);
    } else {
      begin(STATISTICS);
    }
  }

  @Override
  public synchronized void gathered(long samples) {
    gathered = Math.min(announced, gathered + samples);
    listener.phaseAdvanced(
        STATISTICS, "samples", gathered, announced + ofGroup * Math.max(0, groupsLeft));
    if (gathered == announced) {
      // What is fitted now takes its time from here on.
      begin(FITTING);
    }
  }

  @Override
  public synchronized void fitted(long more) {
    // A task that an executor lost counts twice.
    fitted = Math.min(weights, fitted + more);
    listener.phaseAdvanced(FITTING, "weights of all forms", fitted, weights);
  }

  private void begin(String phase) {
    if (begun.add(phase)) {
      listener.phaseStarted(phase, 0);
    } else {
      listener.phaseResumed(phase);
    }
  }
}
