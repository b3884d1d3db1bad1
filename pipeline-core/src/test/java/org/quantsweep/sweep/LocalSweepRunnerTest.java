package org.quantsweep.sweep;

import org.quantsweep.artifact.ModelFiles;
import org.quantsweep.coreml.file.ModelReader;
import org.quantsweep.inference.InferenceEngine;
import org.quantsweep.inference.engine.InferenceEngines;
import org.quantsweep.sample.SampleSource;
import org.quantsweep.testing.SweepRunnerContract;
import org.quantsweep.testing.TinySweep;

class LocalSweepRunnerTest extends SweepRunnerContract {
  @Override
  protected SweepRunner open(ModelFiles reference, SampleSource samples, InferenceEngine engine) {
    return new LocalSweepRunner(
        ModelReader.read(reference, "tiny"),
        samples,
        TinySweep.preparation(),
        CRITERION,
        engine,
        3);
  }

  @Override
  protected InferenceEngine engine() {
    return InferenceEngines.onnxRuntime();
  }
}
