package org.quantsweep.sweep;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.quantsweep.BadInputException;
import org.quantsweep.artifact.ModelFiles;
import org.quantsweep.calibration.CalibrationSettings;
import org.quantsweep.coreml.file.ModelReader;
import org.quantsweep.inference.InferenceEngine;
import org.quantsweep.inference.engine.InferenceEngines;
import org.quantsweep.quantize.Scheme;
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

  @Test
  void nothingIsFittedToSamplesThatTheModelDoesNotAnswer() {
    SampleSource none = TinySweep.withUnreadable(TinySweep.samples("none", 0));
    TensorOption option = new TensorOption("one/weights", Scheme.parse("linear:4+calibrated"));
    try (OptionRunner runner = open(TinySweep.model(1), none, none, none.index())) {
      assertThatThrownBy(() -> runner.fit(List.of(option)))
          .isInstanceOf(BadInputException.class)
          .hasMessage(
              "weight tensor 'one/weights': the model answers none of the 1 calibration samples, so"
                  + " nothing can be fitted to them.\n"
                  + "Maybe try one of them with quantsweep predict.");
    }
  }

  @Override
  protected InferenceEngine engine() {
    return InferenceEngines.onnxRuntime();
  }
}
