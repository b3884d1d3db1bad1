package org.quantsweep.job;

import org.quantsweep.artifact.ModelFiles;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.report.SweepResult;

/** Takes what a sweep gives; each thing appears whole or not at all. */
public interface SweepOutput {
  /**
   * Takes an older result away: what stands there is always this sweep's.
   *
   * @param model what the chosen model will be called
   */
  void begin(String model);

  /**
   * The chosen model.
   *
   * @param name beside the result
   */
  void writeModel(String name, ModelFiles files);

  /** Fitted codes that the recipe names. */
  void writeFittedCodes(Sha256Digest digest, byte[] codes);

  /** The recipe of the chosen model. */
  void writeRecipe(Recipe recipe);

  /** The result, after everything that it names. */
  void writeResult(SweepResult result);
}
