package org.quantsweep.jobs.sweep;

import org.quantsweep.artifact.ModelFiles;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.job.Recipe;
import org.quantsweep.job.SweepOutput;
import org.quantsweep.report.ResultFile;
import org.quantsweep.report.SweepResult;

/** What a sweep gives, as files of its output folder. */
record FolderOutput(OutputFolder folder) implements SweepOutput {
  @Override
  public void begin() {
    folder.begin();
  }

  @Override
  public String writeModel(ModelFiles files) {
    folder.write(SweepJob.MODEL_FILE, files);
    return SweepJob.MODEL_FILE;
  }

  @Override
  public void writeFittedCodes(Sha256Digest digest, byte[] codes) {
    folder.write(Recipe.OPTIONS, digest.hex(), codes);
  }

  @Override
  public void writeRecipe(Recipe recipe) {
    folder.write(Recipe.FILE, recipe.toYaml());
  }

  @Override
  public void writeResult(SweepResult result) {
    folder.write(ResultFile.NAME, ResultFile.toJson(result));
  }
}
