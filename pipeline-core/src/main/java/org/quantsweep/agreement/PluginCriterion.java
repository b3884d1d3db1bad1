package org.quantsweep.agreement;

import java.util.List;
import java.util.TreeMap;
import org.quantsweep.inference.OutputValue;
import org.quantsweep.inference.Prediction;

/**
 * A user's criterion under its id and version, which its text form carries into the digests. Where
 * one output is named, the criterion is shown answers that hold nothing else.
 *
 * @param output the one output to compare, or empty for all
 */
record PluginCriterion(
    String id, String version, String argument, String output, Criterion criterion)
    implements Criterion {
  @Override
  public boolean agrees(Prediction reference, Prediction candidate) {
    Prediction shown = shown(candidate);
    return has(shown) && Finite.all(shown) && criterion.agrees(shown(reference), shown);
  }

  @Override
  public double difficulty(Prediction reference) {
    return criterion.difficulty(shown(reference));
  }

  @Override
  public double loss(Prediction reference, Prediction candidate) {
    Prediction shown = shown(candidate);
    return has(shown) ? criterion.loss(shown(reference), shown) : WORST_LOSS;
  }

  @Override
  public List<String> compared(Prediction reference) {
    Prediction shown = shown(reference);
    return has(shown) ? criterion.compared(shown) : List.of();
  }

  @Override
  public String toString() {
    return id
        + (argument.isEmpty() ? "" : ":" + argument)
        + (output.isEmpty() ? "" : "@" + output)
        + " (plugin version "
        + version
        + ")";
  }

  /** The named output alone, or the whole answer. */
  private Prediction shown(Prediction answer) {
    if (output.isEmpty()) {
      return answer;
    }
    TreeMap<String, OutputValue> named = new TreeMap<>(answer.outputs());
    named.keySet().retainAll(List.of(output));
    return new Prediction(named);
  }

  /** Whether the named output is there. */
  private boolean has(Prediction shown) {
    return output.isEmpty() || shown.outputs().containsKey(output);
  }
}
