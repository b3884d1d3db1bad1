package org.quantsweep.job;

import java.util.Objects;
import org.quantsweep.report.picture.PictureEncoder;

/**
 * Everything that a sweep drives but the engine.
 *
 * @param pictures makes the pictures of its report
 */
public record SweepPorts(
    SweepInput input,
    SampleSets samples,
    SweepRunners runners,
    SweepStores stores,
    SweepOutput output,
    PictureEncoder pictures) {
  /** Refuses null parts. */
  public SweepPorts {
    Objects.requireNonNull(input, "input");
    Objects.requireNonNull(samples, "samples");
    Objects.requireNonNull(runners, "runners");
    Objects.requireNonNull(stores, "stores");
    Objects.requireNonNull(output, "output");
    Objects.requireNonNull(pictures, "pictures");
  }

  /** Without pictures. */
  public SweepPorts(
      SweepInput input,
      SampleSets samples,
      SweepRunners runners,
      SweepStores stores,
      SweepOutput output) {
    this(input, samples, runners, stores, output, PictureEncoder.NONE);
  }
}
