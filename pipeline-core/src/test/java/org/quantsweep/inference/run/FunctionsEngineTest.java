package org.quantsweep.inference.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.quantsweep.UsageException;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.coreml.file.ModelReader;
import org.quantsweep.inference.InferenceEngine;
import org.quantsweep.inference.Prediction;
import org.quantsweep.inference.PredictionException;
import org.quantsweep.inference.Predictor;
import org.quantsweep.inference.engine.InferenceEngines;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;
import org.quantsweep.testing.SharedData;

/** Functions of one package, opened as one model. */
class FunctionsEngineTest {
  private static CoreMLModel model() {
    return ModelReader.read(SharedData.path("models/MultiFunctionMnist.mlpackage"));
  }

  private static Map<String, Tensor> digit(CoreMLModel model) {
    float[] pixels = new float[28 * 28];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = i * 7 % 256;
    }
    return Map.of(model.inputs().get(0).name(), Tensor.wrap(Shape.of(1, 28, 28), pixels));
  }

  @Test
  void everySampleIsAnsweredByAllFunctionsTheDefaultOneFirst() throws PredictionException {
    CoreMLModel model = model();
    InferenceEngine single = InferenceEngines.onnxRuntime();
    InferenceEngine all = new FunctionsEngine(single, List.of());
    assertThat(model.functions()).hasSizeGreaterThan(1);
    try (Predictor together = all.open(model)) {
      List<Prediction> answers = together.predictCalls(List.of(digit(model), digit(model)));
      assertThat(answers).hasSize(2 * model.functions().size());
      int at = 0;
      for (CoreMLModel one : all.opened(model)) {
        try (Predictor alone = single.open(one)) {
          assertThat(answers.get(at).outputs()).isEqualTo(alone.predict(digit(model)).outputs());
          assertThat(answers.get(at + 1).outputs()).isEqualTo(answers.get(at).outputs());
        }
        at += 2;
      }
    }
    assertThat(all.opened(model).get(0).function()).isEqualTo(model.function());
    assertThat(all.identity()).isEqualTo(single.identity());
  }

  @Test
  void functionsMayBeNamed() {
    CoreMLModel model = model();
    String last = new TreeSet<>(model.functions()).last();
    InferenceEngine named = new FunctionsEngine(InferenceEngines.onnxRuntime(), List.of(last));
    assertThat(named.opened(model)).extracting(CoreMLModel::function).containsExactly(last);
    assertThat(named.identity()).endsWith(", functions " + last);
    InferenceEngine other = new FunctionsEngine(InferenceEngines.onnxRuntime(), List.of("none"));
    assertThatThrownBy(() -> other.open(model))
        .isInstanceOf(UsageException.class)
        .hasMessage(
            "MultiFunctionMnist.mlpackage: it has no function 'none'; its functions are "
                + model.functions()
                + ".\nMaybe name one of these.");
  }
}
