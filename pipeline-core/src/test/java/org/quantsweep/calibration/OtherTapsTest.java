package org.quantsweep.calibration;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SortedSet;
import java.util.TreeSet;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.quantsweep.coreml.CoreMLModel;
import org.quantsweep.coreml.file.ModelReader;
import org.quantsweep.inference.InferenceEngine;
import org.quantsweep.inference.Tapped;
import org.quantsweep.inference.TappedPredictor;
import org.quantsweep.inference.engine.InferenceEngines;
import org.quantsweep.sample.InputDescription;
import org.quantsweep.tensor.Shape;
import org.quantsweep.tensor.Tensor;
import org.quantsweep.testing.SharedData;

/**
 * Whether a weight tensor's inputs depend on which others are looked at in the same run: groups are
 * as large as memory allows.
 */
class OtherTapsTest {
  private static final InferenceEngine ENGINE = InferenceEngines.onnxRuntime();

  /**
   * With channels in blocks the last model's residual sums are added within convolutions where
   * nobody looks in between, and 36 of its blobs have other last bits.
   */
  @ParameterizedTest
  @CsvSource({
    "mnistCNN.mlmodel, 1",
    "BlazeFace.mlmodel, 1",
    "Cifar10_f16_ios18.mlpackage, 1",
    "EfficientNetLite0.mlmodel, 7"
  })
  void noBitDoes(String name, int step) throws Exception {
    CoreMLModel model = model(name);
    Map<String, Tensor> inputs = inputs(model);
    SortedSet<Integer> all = boundaries(model);
    Tapped whole = run(model, all, inputs);
    List<Integer> descending = new ArrayList<>(all);
    Collections.reverse(descending);
    for (int place = 0; place < descending.size(); place += step) {
      int boundary = descending.get(place);
      Tapped alone = run(model, new TreeSet<>(List.of(boundary)), inputs);
      alone
          .boundaries()
          .get(boundary)
          .forEach(
              (blob, values) ->
                  assertThat(values.sharedArray())
                      .as("%s at %d", blob, boundary)
                      .isEqualTo(whole.boundaries().get(boundary).get(blob).sharedArray()));
    }
  }

  private static CoreMLModel model(String name) {
    return ModelReader.read(SharedData.path("models/" + name));
  }

  private static Tapped run(
      CoreMLModel model, SortedSet<Integer> boundaries, Map<String, Tensor> inputs)
      throws Exception {
    try (TappedPredictor taps = ENGINE.openTapped(model, boundaries)) {
      return taps.run(inputs);
    }
  }

  /** Of all weight tensors that can be fitted. */
  private static SortedSet<Integer> boundaries(CoreMLModel model) {
    return new MomentsCollector(model, model.weightTensors(), CalibrationSettings.DEFAULT)
        .boundaries();
  }

  private static Map<String, Tensor> inputs(CoreMLModel model) {
    Random random = new Random(3);
    Map<String, Tensor> inputs = new HashMap<>();
    for (InputDescription input : model.inputs()) {
      boolean picture = input instanceof InputDescription.Picture;
      Shape shape =
          input instanceof InputDescription.Picture own
              ? Shape.of(own.colorSpace().channels(), own.height(), own.width())
              : ((InputDescription.Array) input).shape();
      float[] values = new float[(int) shape.elementCount()];
      for (int i = 0; i < values.length; i++) {
        values[i] = picture ? random.nextInt(256) : random.nextFloat();
      }
      inputs.put(input.name(), Tensor.wrap(shape, values));
    }
    return inputs;
  }
}
