package org.quantsweep.agreement;

import java.util.List;
import org.quantsweep.inference.Prediction;

/** A user's criterion under its id and version, which its text form carries into the digests. */
record PluginCriterion(String id, String version, String argument, Criterion criterion)
    implements Criterion {
  @Override
  public boolean agrees(Prediction reference, Prediction candidate) {
    return Finite.all(candidate) && criterion.agrees(reference, candidate);
  }

  @Override
  public double difficulty(Prediction reference) {
    return criterion.difficulty(reference);
  }

  @Override
  public double loss(Prediction reference, Prediction candidate) {
    return criterion.loss(reference, candidate);
  }

  @Override
  public List<String> compared(Prediction reference) {
    return criterion.compared(reference);
  }

  @Override
  public String toString() {
    return id + (argument.isEmpty() ? "" : ":" + argument) + " (plugin version " + version + ")";
  }
}
