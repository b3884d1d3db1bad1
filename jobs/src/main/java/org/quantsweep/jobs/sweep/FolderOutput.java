package org.quantsweep.jobs.sweep;

import java.util.List;
import org.quantsweep.artifact.ModelFiles;
import org.quantsweep.digest.Sha256Digest;
import org.quantsweep.job.Recipe;
import org.quantsweep.job.SweepOutput;
import org.quantsweep.report.ResultFile;
import org.quantsweep.report.SweepResult;

/**
 * What a sweep gives, as files of its output folder.
 *
 * @param source where the model as given lies
 */
record FolderOutput(OutputFolder folder, String source) implements SweepOutput {
  @Override
  public void begin(String model) {
    folder.requireOther(model, source);
    folder.begin(List.of(model));
  }

  @Override
  public void writeModel(String name, ModelFiles files) {
    folder.write(name, files);
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
