package org.quantsweep.job;

import org.quantsweep.artifact.ModelFiles;

/** Reads what a sweep is given beside samples. */
public interface SweepInput {
  /**
   * The model as given.
   *
   * @throws org.quantsweep.BadInputException when it cannot be read
   */
  ModelFiles model(String location);

  /**
   * The text of a recipe.
   *
   * @throws org.quantsweep.BadInputException when it cannot be read
   */
  byte[] recipe(String location);
}
