package org.quantsweep.sweep;

import org.quantsweep.artifact.ModelFiles;
import org.quantsweep.calibration.CalibrationSettings;
import org.quantsweep.coreml.file.ModelReader;
import org.quantsweep.inference.InferenceEngine;
import org.quantsweep.inference.engine.InferenceEngines;
import org.quantsweep.sample.SampleIndex;
import org.quantsweep.sample.SampleSource;
import org.quantsweep.sample.SampleSubset;
import org.quantsweep.testing.OptionRunnerContract;
import org.quantsweep.testing.TinySweep;

class LocalOptionRunnerTest extends OptionRunnerContract {
  @Override
  protected OptionRunner open(
      ModelFiles model, SampleSource calibration, SampleSource selection, SampleIndex alone) {
    return new LocalOptionRunner(
        ModelReader.read(model, "tiny"),
        calibration,
        new SampleSubset(selection, alone),
        TinySweep.preparation(),
        CRITERION,
        engine(),
        CalibrationSettings.DEFAULT,
        3);
  }

  @Override
  protected InferenceEngine engine() {
    return InferenceEngines.onnxRuntime();
  }
}
