package org.quantsweep.jobs.sweep;

import org.apache.hadoop.conf.Configuration;
import org.quantsweep.artifact.ModelFiles;
import org.quantsweep.job.SweepInput;

/** What a sweep is given, from any Hadoop file system. */
record HadoopInput(Configuration configuration) implements SweepInput {
  @Override
  public ModelFiles model(String location) {
    return InputFiles.model(location, configuration);
  }

  @Override
  public byte[] recipe(String location) {
    return InputFiles.bytes(location, "recipe", configuration);
  }
}
