package org.quantsweep.jobs.sweep;

import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.job.Recipe;
import org.quantsweep.job.SweepOutput;

/**
 * What a sweep gives, as files of its output folder.
 *
 * @param source where the model as given lies
 */
record FolderOutput(OutputFolder folder, String source) implements SweepOutput {
  @Override
  public void begin(String model) {
    folder.requireOther(model, source);
    folder.make();
  }

  @Override
  public void writeFittedCodes(Sha256Digest digest, byte[] codes) {
    folder.write(Recipe.OPTIONS, digest.hex(), codes);
  }

  @Override
  public void replace(Delivery delivery) {
    folder.replace(delivery, source);
  }
}
