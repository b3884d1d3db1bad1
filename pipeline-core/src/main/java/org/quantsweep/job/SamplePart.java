package org.quantsweep.job;

import java.util.Objects;
import org.quantsweep.sample.SampleIndex;

/**
 * Samples of one set that do one thing.
 *
 * @param set where they lie
 * @param index which of its samples they are
 */
public record SamplePart(SampleSet set, SampleIndex index) {
  /** Refuses null parts. */
  public SamplePart {
    Objects.requireNonNull(set, "set");
    Objects.requireNonNull(index, "index");
  }

  /** Whether there are none. */
  public boolean isEmpty() {
    return index.size() == 0;
  }
}
