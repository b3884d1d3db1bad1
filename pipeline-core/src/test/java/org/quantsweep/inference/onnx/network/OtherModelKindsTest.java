package org.quantsweep.inference.onnx.network;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.quantsweep.BadInputException;
import org.quantsweep.coreml.file.ModelReader;
import org.quantsweep.testing.SharedData;

/** Models that are not whole are refused when they are read. */
class OtherModelKindsTest {
  @Test
  void anMlProgramWithoutItsPackageIsRefused() {
    Path file =
        SharedData.path("models/EmotionClassifier.mlpackage/Data/com.apple.CoreML/model.mlmodel");
    assertThatThrownBy(() -> ModelReader.read(file))
        .isInstanceOf(BadInputException.class)
        .hasMessage(
            "model.mlmodel: this is an ML Program without its weights, which lie in files beside"
                + " it.\nMaybe name the .mlpackage folder that it comes from.");
  }
}
