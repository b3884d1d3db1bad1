package org.quantsweep.job;

import java.util.Objects;

/** Everything that a sweep drives but the engine. */
public record SweepPorts(
    SweepInput input,
    SampleSets samples,
    SweepRunners runners,
    SweepStores stores,
    SweepOutput output) {
  /** Refuses null parts. */
  public SweepPorts {
    Objects.requireNonNull(input, "input");
    Objects.requireNonNull(samples, "samples");
    Objects.requireNonNull(runners, "runners");
    Objects.requireNonNull(stores, "stores");
    Objects.requireNonNull(output, "output");
  }
}
