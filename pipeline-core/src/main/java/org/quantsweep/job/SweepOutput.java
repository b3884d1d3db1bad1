package org.quantsweep.job;

import java.util.Optional;
import org.quantsweep.artifact.ModelFiles;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.report.SweepResult;
import org.quantsweep.report.bundle.EvidenceBundle;

/** Takes what a sweep gives; each thing appears whole or not at all. */
public interface SweepOutput {
  /**
   * What a sweep gives at its end.
   *
   * @param modelName what the chosen model is called, or would be
   * @param model the chosen one; empty when none is acceptable
   * @param recipe how it is made; empty for a uniform scheme
   * @param evidence what a report shows beside the result; empty where none is wanted
   */
  record Delivery(
      SweepResult result,
      String modelName,
      Optional<ModelFiles> model,
      Optional<Recipe> recipe,
      Optional<EvidenceBundle> evidence) {}

  /**
   * Refuses a place where nothing can be written, or where something would be lost. An older result
   * stands.
   *
   * @param model what the chosen model will be called
   */
  void begin(String model);

  /** Fitted codes that the recipe will name; beside those of an older one. */
  void writeFittedCodes(Sha256Digest digest, byte[] codes);

  /**
   * Puts the result, and the model and the recipe that it names, in the place of older ones. They
   * stand until all of this lies ready; what the new result does not name goes with them.
   */
  void replace(Delivery delivery);
}
