package org.quantsweep.job;

import java.util.Map;
import java.util.function.Consumer;
import org.quantsweep.artifact.ModelFiles;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.sample.SampleIndex;
import org.quantsweep.sweep.Evidence;
import org.quantsweep.sweep.OptionRunner;
import org.quantsweep.sweep.SweepRunner;

/** Opens what runs a sweep's tasks, in this process or on a cluster. */
public interface SweepRunners {
  /**
   * What judges whole candidates on some samples.
   *
   * @param reference the model as given
   * @param finished gets evidence as soon as a task ends
   */
  SweepRunner open(
      ModelFiles reference, SamplePart samples, Consumer<Map<Sha256Digest, Evidence>> finished);

  /** What runs single options. */
  OptionRunner openOptions(OptionWork work);

  /** How many tasks run at once, for estimates only. */
  int parallelism();

  /**
   * What single options are run on.
   *
   * @param model what is quantized: the model as given, or rewritten
   * @param calibration what they are fitted on, samples that {@link #open} was asked for before
   * @param selection samples that {@link #open} was asked for before
   * @param sensitivity those of them that each option is run on alone, each once
   * @param statistics covers everything that statistics of layers' inputs depend on
   */
  record OptionWork(
      ModelFiles model,
      SamplePart calibration,
      SamplePart selection,
      SampleIndex sensitivity,
      Sha256Digest statistics) {}
}
