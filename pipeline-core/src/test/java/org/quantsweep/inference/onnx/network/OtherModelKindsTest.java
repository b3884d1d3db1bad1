package org.quantsweep.inference.onnx.network;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.quantsweep.BadInputException;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.coreml.file.ModelReader;
import org.quantsweep.inference.engine.InferenceEngines;
import org.quantsweep.testing.SharedData;

/** Models that hold no single neural network are refused when they are opened. */
class OtherModelKindsTest {
  @Test
  void anMlProgramIsRefusedByItsKind() {
    CoreMLModel model =
        ModelReader.read(
            SharedData.path(
                "models/EmotionClassifier.mlpackage/Data/com.apple.CoreML/model.mlmodel"));
    assertThatThrownBy(() -> InferenceEngines.onnxRuntime().open(model))
        .isInstanceOf(BadInputException.class)
        .hasMessage(
            "model.mlmodel: a model of kind ML_PROGRAM cannot run here yet: only "
                + "single neural networks can.\n"
                + "Maybe take the neural network out of its pipeline.");
  }
}
